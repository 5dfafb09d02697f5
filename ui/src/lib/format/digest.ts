/** Digests as people read them: short, and never so short that two look alike by chance. */

/** `sha256:7c1e…a90f` */
export function shortDigest(digest: string, withAlgorithm = false): string {
  const [algorithm, hex] = split(digest);
  const short = hex.length > 12 ? `${hex.slice(0, 4)}…${hex.slice(-4)}` : hex;
  return withAlgorithm && algorithm ? `${algorithm}:${short}` : short;
}

/** The first twelve hexadecimal digits: what requests and test ids are named by. */
export function digest12(digest: string): string {
  return split(digest)[1].slice(0, 12);
}

/** `9d33a1f0…`, for a key's identifier: as long as where the program itself names one. */
export function shortKey(keyId: string): string {
  return `${keyId.slice(0, 8)}…`;
}

/** `host/repository@digest` apart. */
export function splitImage(image: string): { repository: string; digest: string } {
  const at = image.lastIndexOf('@');
  return at < 0
    ? { repository: image, digest: '' }
    : { repository: image.slice(0, at), digest: image.slice(at + 1) };
}

function split(digest: string): [string, string] {
  const colon = digest.indexOf(':');
  return colon < 0 ? ['', digest] : [digest.slice(0, colon), digest.slice(colon + 1)];
}
