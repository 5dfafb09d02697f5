/** What a person types, and what an image's places say. */
import type { FindGap, FindKind, FoundPlace } from '../../bindings';
import { day } from '../../lib/format/time';

const ADVISORY = /^(cve|ghsa|rustsec|pysec|rhsa|dsa|dla|usn|alas\d*)-/i;

/** An advisory's identifier, a package URL and a version are told by their form; else the choice stands. */
export function kindOf(text: string, chosen: FindKind): FindKind {
  const typed = text.trim();
  if (ADVISORY.test(typed)) return 'cve';
  return typed.startsWith('pkg:') || typed.includes('@') ? 'package' : chosen;
}

export function placeWords(place: FoundPlace): string {
  const since = place.since ? ` since ${day(place.since)}` : '';
  const how = place.revoked ? ', revoked' : place.adopted ? ', adopted' : '';
  return `${place.stage}${since}${how}`;
}

/** Whether an answer of that kind says nothing of the image. */
export const lacks = (gap: FindGap, kind: FindKind): boolean =>
  kind === 'package' ? gap.sbom : gap.scan;
