/** What the registry says, in words: media types, kinds of attachment, pins. Foreign text stays text. */
import type { RegistryInfo } from '../../bindings';

const mediaTypes: Record<string, string> = {
  'application/vnd.oci.image.index.v1+json': 'OCI image index',
  'application/vnd.oci.image.manifest.v1+json': 'OCI image',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'Docker manifest list',
  'application/vnd.docker.distribution.manifest.v2+json': 'Docker image',
  'application/vnd.docker.distribution.manifest.v1+prettyjws': 'Docker image, schema 1',
};

export function mediaTypeWords(type: string): string {
  return mediaTypes[type] ?? type;
}

const artifacts: [RegExp, string][] = [
  [/sigstore\.bundle/, 'Signed statement'],
  [/hallmark.*report|hallmark.*evidence/, 'Report'],
  [/cosign.*sig|simplesigning/, 'Cosign signature'],
  [/in-toto/, 'in-toto attestation'],
  [/cyclonedx|spdx/, 'SBOM'],
  [/openvex|vex/, 'VEX'],
  [/sarif/, 'SARIF report'],
];

export function artifactWords(type: string | null): string {
  if (!type) return 'Attachment of no named type';
  return artifacts.find(([pattern]) => pattern.test(type))?.[1] ?? type;
}

/** A pin keeps a digest alive: `golden-20261112T140211Z-31d0aa55bb77`. It is no version. */
export function isPin(tag: string): boolean {
  return /-\d{8}T?\d{6}Z-[0-9a-f]{12}$/.test(tag);
}

/** Tags that tools made for their own use, under a digest's name. */
export function isToolTag(tag: string): boolean {
  return /^sha(256|512)-[0-9a-f]{32,}/.test(tag);
}

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

/** What the Rust side writes of a layer: a descriptor of the image specification. */
export interface Layer {
  digest: string;
  size: number;
  mediaType: string;
}

/** A layer, if that is what it is; what came over the bridge is looked at, not trusted. */
export function readLayer(value: unknown): Layer | null {
  if (typeof value !== 'object' || value === null) return null;
  const { digest, size, mediaType } = value as Record<string, unknown>;
  if (typeof digest !== 'string' || typeof size !== 'number') return null;
  return { digest, size, mediaType: typeof mediaType === 'string' ? mediaType : '' };
}

/** `linux/amd64` is what a list of platforms says; `unknown/unknown` is BuildKit's attestation. */
export function isAttestation(platform: string): boolean {
  return platform === 'unknown/unknown';
}
