/**
 * What the dialog "Log in to registry" knows by itself: how a host is written, and what to do about
 * each failure there. What each kind of registry asks comes from the program. It asks nothing and
 * keeps nothing.
 */
import type { Code, Error as Failure, RegistryKindInfo } from '../../bindings';

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

/** Whether what was typed into the filter of kinds is a host rather than a word. */
export function looksLikeHost(typed: string): boolean {
  const { host } = readHost(typed);
  return /[.:]/.test(host) && hostProblem(host) === null;
}

/** The kinds whose name or host has every word that was typed. */
export function matchingKinds(kinds: RegistryKindInfo[], typed: string): RegistryKindInfo[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (kind: RegistryKindInfo) =>
    `${kind.name} ${kind.kind} ${kind.placeholder}`.toLowerCase();
  return kinds.filter((kind) => words.every((word) => text(kind).includes(word)));
}

/** Where the token is made, for this host; nothing while the host is still to be typed. */
export function tokenLink(kind: RegistryKindInfo, host: string): string | null {
  if (!kind.token_url) return null;
  if (!kind.token_url.includes('{host}')) return kind.token_url;
  return host && hostProblem(host) === null ? kind.token_url.replace('{host}', host) : null;
}

export type LoginField =
  | 'host'
  | 'username'
  | 'password'
  | 'helper'
  | 'repository'
  | 'ca'
  | 'clientCert'
  | 'clientKey'
  | 'proxy'
  | 'plain';

export type LoginFields = Record<LoginField, HTMLInputElement | HTMLTextAreaElement | null>;

/** None of them is on the screen yet. */
export function noFields(): LoginFields {
  return {
    host: null,
    username: null,
    password: null,
    helper: null,
    repository: null,
    ca: null,
    clientCert: null,
    clientKey: null,
    proxy: null,
    plain: null,
  };
}

/** The fields that are folded away until they are wanted. */
export const FOLDED: LoginField[] = ['ca', 'clientCert', 'clientKey', 'proxy', 'plain'];

export interface LoginHelp {
  /** What to do, in this dialog's own words. */
  hint: (token: boolean, plain: boolean) => string;
  /** Where to go on typing. */
  field: LoginField | null;
}

const help: Partial<Record<Code, LoginHelp>> = {
  'wrong-password': {
    hint: (token) =>
      token
        ? 'Check both: what is wanted here is a token, as said above, and not the password.'
        : 'Check both; where two-factor login is on, a token is wanted in place of the password.',
    field: 'password',
  },
  'token-expired': {
    hint: () => 'Make a new one where this one was made, and put it in here.',
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
  'client-certificate': {
    hint: () => 'Name the files of your certificate and of its private key here, both as PEM.',
    field: 'clientCert',
  },
  proxy: {
    hint: () =>
      'Check the proxy’s address here; a name and a password stand in it as http://name:password@proxy:3128.',
    field: 'proxy',
  },
  'helper-failed': {
    hint: () => 'Mend the helper, or choose another way to log in. No other login was tried.',
    field: 'helper',
  },
  'plain-http': {
    hint: (_token, plain) =>
      plain
        ? 'It speaks https: take the tick from “plain http”.'
        : 'If it is meant to be without encryption, tick “plain http”.',
    field: 'plain',
  },
  'rate-limited': {
    hint: () => 'Wait until then, and try again. What you typed stays here.',
    field: null,
  },
};

export function loginHelp(code: Code): LoginHelp | null {
  return help[code] ?? null;
}

/** The failure with what to do about it here; whatever is not known here keeps its own hint. */
export function inTheDialog(failure: Failure, token: boolean, plain: boolean): Failure {
  const known = loginHelp(failure.code);
  return known ? { ...failure, hint: known.hint(token, plain) } : failure;
}
