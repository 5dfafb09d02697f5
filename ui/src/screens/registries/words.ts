/** What a registry is, in words: who one is there, where the secret lives, how it is spoken to. */
import type { LoginRights, May, RegistryInfo } from '../../bindings';
import { absolute, left } from '../../lib/format/time';

/** Who one is there. */
export function loginWords(registry: RegistryInfo): string {
  if (registry.helper) return `Logged in by docker-credential-${registry.helper}`;
  if (registry.username) return `Logged in as ${registry.username}`;
  return registry.from_docker ? 'Logged in by Docker or Podman' : 'Used anonymously';
}

/** Where the secret lives. */
export function secretWords(registry: RegistryInfo): string {
  const { from_docker } = registry;
  if (registry.helper) return 'Asked whenever a login is needed; no secret is kept here';
  if (from_docker && /[\\/]/.test(from_docker)) return `Read from ${from_docker}, never changed`;
  if (from_docker) return 'Their own login, read where it is and never changed';
  if (!registry.username) return 'No secret is kept';
  return registry.secret_place
    ? `Password or token in ${registry.secret_place}`
    : 'No password or token is kept';
}

/** How it is spoken to, before a test has looked. */
export function transportWords(registry: RegistryInfo): string {
  const proxy = registry.proxy ? `, through the proxy ${registry.proxy}` : '';
  if (registry.plain_http) return `Plain http, without encryption${proxy}`;
  const certificate = registry.client_cert ? ', showing your client certificate' : '';
  const ca = registry.ca ? `, with the certificate authority ${registry.ca}` : '';
  return `https${ca}${certificate}${proxy}`;
}

/** When the token ends; nothing where that is not known. */
export function expiryWords(
  at: string | null,
  now: number,
): { text: string; ended: boolean } | null {
  if (!at) return null;
  const rest = left(at, now);
  if (rest === null) return { text: `The token expired on ${absolute(at)}`, ended: true };
  return { text: `The token expires in ${rest}, on ${absolute(at)}`, ended: false };
}

/** What a login may do, by what was tried. */
export function rightsWords({ repository, pull, push }: LoginRights): string {
  const words: Record<May, string> = { yes: 'yes', no: 'no', unknown: 'the registry did not tell' };
  return `In ${repository}: may pull: ${words[pull]}, may push: ${words[push]}`;
}
