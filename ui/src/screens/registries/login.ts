/**
 * What the dialog "Log in to registry" knows of registries: how their hosts are written, where a
 * token is wanted in place of the password, and what to do about each failure there. It asks
 * nothing and keeps nothing.
 */
import type { Code, Error as Failure } from '../../bindings';

export interface TokenAdvice {
  /** The registry as people call it. */
  name: string;
  /** What the second field is called there. */
  secret: string;
  /** Why a token, and which one. */
  text: string;
  /** What stands as the name there, where it is always the same. */
  username?: string;
  /** Where it is made: https. */
  url?: string;
}

const known: [RegExp, TokenAdvice][] = [
  [
    /^((registry-1|index|www|hub)\.)?docker\.(io|com)$/,
    {
      name: 'Docker Hub',
      secret: 'Access token',
      text: 'Use a personal access token with the right to read and write. With two-factor login the password does not work.',
      url: 'https://app.docker.com/settings/personal-access-tokens',
    },
  ],
  [
    /^ghcr\.io$/,
    {
      name: 'GitHub Container Registry',
      secret: 'Access token',
      text: 'Use a classic personal access token with read:packages and write:packages. GitHub takes no password here.',
      url: 'https://github.com/settings/tokens',
    },
  ],
  [
    /^registry\.gitlab\.com$/,
    {
      name: 'GitLab',
      secret: 'Access token',
      text: 'Use a personal or deploy token with read_registry and write_registry. With two-factor login the password does not work.',
      url: 'https://gitlab.com/-/user_settings/personal_access_tokens',
    },
  ],
  [
    /^quay\.io$/,
    {
      name: 'Quay',
      secret: 'Robot token or encrypted password',
      text: 'Use a robot account, its name is “team+robot”, or the encrypted password from your account settings.',
      url: 'https://quay.io/user/?tab=settings',
    },
  ],
  [
    /\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$/,
    {
      name: 'Amazon ECR',
      secret: 'Password from the AWS command',
      text: 'The name is AWS, the password is what “aws ecr get-login-password” prints. It ends after 12 hours.',
      username: 'AWS',
    },
  ],
  [
    /(^|\.)gcr\.io$|-docker\.pkg\.dev$/,
    {
      name: 'Google Artifact Registry',
      secret: 'Access token or key file',
      text: 'The name is oauth2accesstoken with a short-lived token, or _json_key with the text of a service account’s key.',
      username: 'oauth2accesstoken',
    },
  ],
  [
    /\.azurecr\.io$/,
    {
      name: 'Azure Container Registry',
      secret: 'Token or service principal’s secret',
      text: 'Use a repository-scoped token or a service principal. The account’s own password does not work.',
    },
  ],
];

/** Where a token is likely wanted, says which and where it is made. */
export function tokenAdvice(host: string): TokenAdvice | null {
  return known.find(([pattern]) => pattern.test(host.toLowerCase()))?.[1] ?? null;
}

export interface WrittenHost {
  host: string;
  /** What was left out of it, in a sentence. */
  note: string | null;
}

/** A host as it is typed or pasted, an address or an image's name included. */
export function readHost(typed: string): WrittenHost {
  const text = typed.trim();
  const bare = text.replace(/^[a-z]+:\/\//i, '');
  const authority = bare.split('/', 1)[0] ?? '';
  // A name and password in an address stand before the @; they are not taken.
  const host = (authority.split('@').pop() ?? '').toLowerCase();
  if (host === text || host === '') return { host, note: null };
  return { host, note: text.toLowerCase() === host ? null : `Taken as ${host}` };
}

/** Why this cannot be a host; nothing where it can. */
export function hostProblem(host: string): string | null {
  if (host === '') return 'Type the registry’s host, such as registry.example.com.';
  const named = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(host);
  return named
    ? null
    : 'A host has letters, digits, dots and hyphens, and a port where it needs one.';
}

/** On this machine http needs no asking: nothing leaves it. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

export type LoginField = 'host' | 'username' | 'password' | 'ca' | 'plain';

export interface LoginHelp {
  /** What to do, in this dialog's own words. */
  hint: (host: string, plain: boolean) => string;
  /** Where to go on typing. */
  field: LoginField | null;
}

const help: Partial<Record<Code, LoginHelp>> = {
  'wrong-password': {
    hint: (host) => {
      const advice = tokenAdvice(host);
      return advice
        ? 'Check both: what is wanted here is a token, as said above, and not the password.'
        : 'Check both; where two-factor login is on, a token is wanted in place of the password.';
    },
    field: 'password',
  },
  'login-needed': {
    hint: () =>
      'This registry does not let anybody in without a login: give a name and a password or token.',
    field: 'username',
  },
  'no-such-host': { hint: () => 'Check the spelling, and your network or VPN.', field: 'host' },
  unreachable: {
    hint: () => 'Check that it is running, its port, and your network or VPN; then try again.',
    field: null,
  },
  'tls-untrusted': {
    hint: () =>
      'If the registry is your own, name the file of its certificate authority here. If it is not, do not go on, and ask whoever runs it.',
    field: 'ca',
  },
  'plain-http': {
    hint: (_host, plain) =>
      plain
        ? 'It speaks https: take the tick from “plain http”.'
        : 'If it is meant to be without encryption, tick “plain http”.',
    field: 'plain',
  },
  'rate-limited': {
    hint: () => 'Wait a little, then try again. What you typed stays here.',
    field: null,
  },
};

export function loginHelp(code: Code): LoginHelp | null {
  return help[code] ?? null;
}

/** The failure with what to do about it here; whatever is not known here keeps its own hint. */
export function inTheDialog(failure: Failure, host: string, plain: boolean): Failure {
  const known = loginHelp(failure.code);
  return known ? { ...failure, hint: known.hint(host, plain) } : failure;
}

/** The server that wants the login, out of the sentence that names it; its whole origin. */
export function realmOf(failure: Failure): string | null {
  if (failure.code !== 'realm-needs-confirmation') return null;
  const named = failure.message.match(/https?:\/\/[^\s,;"'“”<>]+/i)?.[0].replace(/[.)]+$/, '');
  if (!named || !URL.canParse(named)) return null;
  return new URL(named).origin;
}
