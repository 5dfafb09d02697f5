/** What a registry says of an image, in words: media types, kinds of attachment. Foreign text stays text. */
import type { Badge, SignatureState, Via } from '../../bindings';

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
  [/notary\.signature/, 'Notation signature'],
  [/cosign.*sig|simplesigning/, 'Cosign signature'],
  [/attestation\.manifest|in-toto|dsse/, 'in-toto attestation'],
  [/cyclonedx|spdx|sbom/, 'SBOM'],
  [/openvex|vex/, 'VEX'],
  [/sarif/, 'SARIF report'],
  [/junit/, 'Test report'],
  [/trivy/, 'Trivy report'],
];

export function artifactWords(type: string | null): string {
  if (!type) return 'Attachment of no named type';
  return artifacts.find(([pattern]) => pattern.test(type))?.[1] ?? type;
}

export const viaWords: Record<Via, string> = {
  referrers: 'listed by the registry',
  'fallback-tag': 'listed under the fallback tag',
  'cosign-tag': 'under a tag of cosign’s',
  buildkit: 'filed in the index by BuildKit',
};

export const signatureWords: Record<SignatureState, string> = {
  verified: 'Signed, verified',
  unverified: 'Not to be believed',
  unchecked: 'Signed, not checked',
  none: 'Not signed',
};

/** What a badge says; gold is for what was promoted to golden and stands there. */
export function badgeWords(badge: Badge): string {
  if (badge.kind === 'drifted') return `${badge.stage} drifted`;
  if (badge.kind === 'revoked') return 'revoked';
  if (badge.kind === 'adopted') return `${badge.stage}, adopted`;
  return badge.stage;
}

/** A pin keeps a digest alive: `golden-20261112T140211Z-31d0aa55bb77`. It is no version. */
export function isPin(tag: string): boolean {
  return /-\d{8}T?\d{6}Z-[0-9a-f]{12}$/.test(tag);
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

/** The command of a step as people write it in a Dockerfile, without what the builder puts around. */
export function stepWords(createdBy: string | null): string {
  if (!createdBy) return 'Not said';
  return createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
    .replace(/^(RUN )?(\|\d+ (\S+=\S* )*)?\/bin\/sh -c /, 'RUN ')
    .replace(/\s*# buildkit$/, '')
    .trim();
}
