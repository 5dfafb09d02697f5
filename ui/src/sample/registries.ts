/** Registries of the sample workspace, and what each kind of trouble with a login looks like. */
import type { Commands, LoginRequest, RegistryInfo } from '../bindings';
import { HOST } from './images';

const registry = (host: string, over: Partial<RegistryInfo>): RegistryInfo => ({
  host,
  username: null,
  secret_place: null,
  plain_http: false,
  ca: null,
  confirmed_realms: [],
  from_docker: null,
  ...over,
});

export function sampleRegistries(): RegistryInfo[] {
  return [
    registry('registry.example.com', {
      username: 'ines',
      secret_place: 'Secret Service',
      ca: 'ca/registry.example.com.pem',
      confirmed_realms: ['https://auth.example.com'],
    }),
    registry(HOST, { plain_http: true }),
    registry('ghcr.io', { from_docker: 'Docker’s or Podman’s own login' }),
  ];
}

const troubles: Record<string, { code: string; message: string; hint: string | null }> = {
  wrong: {
    code: 'wrong-password',
    message: 'The registry does not accept this name and password.',
    hint: 'Check both.',
  },
  tls: {
    code: 'tls-untrusted',
    message: 'The certificate of registry.example.com is not trusted: unknown issuer.',
    hint: 'Add its certificate authority (--ca FILE).',
  },
  away: {
    code: 'unreachable',
    message: 'registry.example.com cannot be reached: connection refused.',
    hint: 'Check that it is running.',
  },
  nohost: {
    code: 'no-such-host',
    message: 'There is no host named registry.exmaple.com.',
    hint: 'Check the spelling.',
  },
  plain: {
    code: 'plain-http',
    message: 'registry.example.com speaks plain http, and https was expected.',
    hint: 'Add it again with --plain-http.',
  },
  limit: {
    code: 'rate-limited',
    message: 'docker.io asks to slow down until 14:30 UTC.',
    hint: 'Wait.',
  },
  realm: {
    code: 'realm-needs-confirmation',
    message:
      'registry.example.com wants logins sent to another server, https://auth.example.net:8443.',
    hint: 'Nothing was sent; confirm that server for this registry if you know that it belongs to it.',
  },
};

export const noLogin: LoginRequest = {
  host: '',
  username: null,
  password: null,
  ca: null,
  plain_http: false,
  confirm_realm: null,
};

/** A password that names a trouble brings it about. */
export function sampleLogin(asked: LoginRequest): Commands['login'][1] {
  const trouble = troubles[asked.password ?? ''];
  if (trouble && !(trouble.code === 'realm-needs-confirmation' && asked.confirm_realm))
    throw trouble;
  return {
    host: asked.host,
    username: asked.username,
    message: 'Logged in.',
    secret_place: asked.username ? 'Secret Service' : null,
  };
}
