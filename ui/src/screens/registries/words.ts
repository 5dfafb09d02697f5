/** What a registry is, in words: who one is there, where the secret lives, how it is spoken to. */
import type { RegistryInfo } from '../../bindings';

/** Who one is there. */
export function loginWords(registry: RegistryInfo): string {
  if (registry.username) return `Logged in as ${registry.username}`;
  return registry.from_docker ? 'Logged in by Docker or Podman' : 'Used anonymously';
}

/** Where the secret lives. */
export function secretWords(registry: RegistryInfo): string {
  const { from_docker } = registry;
  if (from_docker && /[\\/]/.test(from_docker)) return `Read from ${from_docker}, never changed`;
  if (from_docker) return 'Their own login, read where it is and never changed';
  if (!registry.username) return 'No secret is kept';
  return registry.secret_place
    ? `Password or token in ${registry.secret_place}`
    : 'No password or token is kept';
}

/** How it is spoken to. */
export function transportWords(registry: RegistryInfo): string {
  if (registry.plain_http) return 'Plain http, without encryption';
  return registry.ca ? `https, with the certificate authority ${registry.ca}` : 'https';
}
