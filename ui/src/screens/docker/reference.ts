/** Names of images as Docker takes them, and where each belongs. It asks nobody. */

export interface Reference {
  host: string;
  /** Without the host. */
  repository: string;
  tag: string | null;
  digest: string | null;
}

export const HUB = 'docker.io';
const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${PART}(/${PART})*$`);
const HOSTS = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;
const TAG = /^\w[\w.-]{0,127}$/;

/** Apart, as Docker reads it: without a host it is Docker Hub's. Nothing where it is no name. */
export function readReference(text: string): Reference | null {
  const [named = '', digest = null] = text.trim().split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const tag = colon < 0 ? null : named.slice(colon + 1);
  const path = colon < 0 ? named : named.slice(0, colon);
  const first = path.split('/', 1)[0] ?? '';
  const hosted = path.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const host = hosted ? first : HUB;
  const own = hosted ? path.slice(first.length + 1) : path;
  const repository = !hosted && !own.includes('/') ? `library/${own}` : own;
  if (!REPOSITORY.test(repository) || !HOSTS.test(host)) return null;
  if (tag !== null && !TAG.test(tag)) return null;
  return { host, repository, tag, digest };
}

/** Why this cannot be given to an image as a name; nothing where it can. */
export function nameProblem(text: string): string | null {
  if (text.trim() === '') return 'Give it a name, such as registry.example.com/shop/cart:1.5.';
  const read = readReference(text);
  if (!read)
    return 'A name is HOST/REPOSITORY:TAG in small letters, such as registry.example.com/shop/cart:1.5.';
  return read.digest ? 'A digest cannot be given; leave out what begins with @.' : null;
}

/** Several names in one field, apart by spaces or commas. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

/** `host/repository@digest` of a name that has a digest, as a review is called. */
export function exactImage(reference: Reference): string {
  return `${reference.host}/${reference.repository}@${reference.digest ?? ''}`;
}

/** On this machine nobody has to log in, unless the registry says so. */
export function isHere(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

/** The same repository, whatever stands behind it. */
export function sameRepository(one: Reference, other: Reference): boolean {
  return one.host === other.host && one.repository === other.repository;
}
