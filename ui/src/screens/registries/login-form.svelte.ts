/** What is typed into the dialog "Log in to registry", and what is asked with it. */
import type { LoginRequest, RegistryInfo, RegistryKindInfo } from '../../bindings';
import { hostProblem, isLoopback, readHost, tokenLink, type LoginField } from './login';

export type Way = 'login' | 'helper' | 'anonymous';
export type Problems = Partial<Record<LoginField, string>>;

export class LoginForm {
  kind = $state.raw<RegistryKindInfo | null>(null);
  typedHost = $state('');
  way = $state<Way>('login');
  username = $state('');
  password = $state('');
  helper = $state('');
  repository = $state('');
  ca = $state('');
  clientCert = $state('');
  clientKey = $state('');
  proxy = $state('');
  plain = $state(false);
  /** The registry that is edited. */
  edited = $state.raw<RegistryInfo | null>(null);

  written = $derived(readHost(this.typedHost));
  host = $derived(this.kind?.host ?? this.written.host);
  /** A secret is kept for this very name, so that an empty field means that one. */
  kept = $derived(
    !!this.edited?.username &&
      !this.edited.from_docker &&
      this.username.trim() === this.edited.username &&
      this.host === this.edited.host,
  );
  keyKept = $derived(!!this.edited?.client_cert && this.clientCert === this.edited.client_cert);
  /** A token rather than the password is wanted there. */
  wantsToken = $derived(this.kind !== null && this.kind.kind !== 'private');
  link = $derived(this.kind ? tokenLink(this.kind, this.host) : null);
  warnsOfPlain = $derived(this.plain && !isLoopback(this.host));
  /** Something of what is folded away was set. */
  unusual = $derived(!!(this.ca || this.clientCert || this.proxy || this.plain));

  get problems(): Problems {
    const found: Problems = {};
    const put = (field: LoginField, text: string | null) => text && (found[field] = text);
    put('host', hostProblem(this.host));
    if (this.way === 'login') {
      put('username', this.username.trim() ? null : 'Type the name you log in with.');
      put('password', this.password || this.kept ? null : 'Type the password or token.');
    }
    if (this.way === 'helper')
      put('helper', this.helper.trim() ? null : 'Name the helper, such as ecr-login.');
    if (this.clientCert.trim() && !this.clientKey.trim() && !this.keyKept)
      put('clientKey', 'Name the file of the certificate’s private key.');
    return found;
  }

  /** A new login, of a kind; what was typed before stays where it fits. */
  choose(kind: RegistryKindInfo, host = ''): void {
    this.kind = kind;
    if (host) this.typedHost = host;
    if (!this.username && kind.username) this.username = kind.username;
    if (!this.helper && kind.helper) this.helper = kind.helper;
  }

  edit(registry: RegistryInfo, kind: RegistryKindInfo): void {
    this.clear();
    this.edited = registry;
    this.kind = kind;
    this.typedHost = registry.host;
    this.username = registry.username ?? kind.username ?? '';
    this.helper = registry.helper ?? kind.helper ?? '';
    this.way = registry.helper
      ? 'helper'
      : registry.username || registry.from_docker
        ? 'login'
        : 'anonymous';
    this.repository = registry.repository ?? '';
    this.ca = registry.ca ?? '';
    this.clientCert = registry.client_cert ?? '';
    this.proxy = registry.proxy ?? '';
    this.plain = registry.plain_http && !isLoopback(registry.host);
  }

  /** Nothing of it stays in the window's memory. */
  clear(): void {
    this.kind = this.edited = null;
    this.typedHost = this.username = this.helper = this.repository = '';
    this.ca = this.clientCert = this.proxy = '';
    this.way = 'login';
    this.plain = false;
    this.forgetSecret();
  }

  forgetSecret(): void {
    this.password = '';
    this.clientKey = '';
  }

  request(confirm_realm: string | null): LoginRequest {
    const login = this.way === 'login';
    return {
      host: this.host,
      username: login ? this.username.trim() : null,
      password: login && this.password ? this.password : null,
      ca: this.ca.trim() || null,
      plain_http: this.plain,
      confirm_realm,
      kind: this.kind?.kind ?? null,
      helper: this.way === 'helper' ? this.helper.trim() : null,
      from_docker: false,
      client_cert: this.clientCert.trim() || null,
      client_key: this.clientKey.trim() || null,
      proxy: this.proxy.trim() || null,
      repository: this.repository.trim() || null,
    };
  }
}
