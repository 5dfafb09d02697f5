/** What the catalogue says: pure words from a row, so that they can be read in tests. */
import type { AdoptionSummary, AdoptState, GoldenRow, GoldenShow } from '../../bindings';
import { shortDigest } from '../../lib/format/digest';
import { ago, day } from '../../lib/format/time';

export const shows: { value: GoldenShow; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'golden', label: 'Golden' },
  { value: 'adopted', label: 'Adopted' },
  { value: 'drifted', label: 'Drifted' },
  { value: 'revoked', label: 'Revoked' },
];

export interface TagWords {
  tone: 'plain' | 'warn';
  text: string;
}

/** Whether the tag still says so. What was not looked at is never said to hold. */
export function tagWords(row: GoldenRow, now: number): TagWords {
  if (row.problem) return { tone: 'plain', text: `not looked at: ${row.problem}` };
  const looked = row.looked_at ? ago(row.looked_at, now) : '';
  switch (row.tag_state) {
    case 'as-placed':
      return { tone: 'plain', text: `as placed, looked at ${looked}` };
    case 'drifted':
      return {
        tone: 'warn',
        text: row.names_now ? `names ${shortDigest(row.names_now)} now` : 'names another image',
      };
    case 'gone':
      return { tone: 'warn', text: 'is gone' };
    case 'unknown':
      return { tone: 'plain', text: 'not looked at yet' };
  }
}

export function hasDrifted(row: GoldenRow): boolean {
  return row.tag_state === 'drifted' || row.tag_state === 'gone';
}

/** "adopted, not approved until 21 Feb 2027"; nothing for what was promoted. */
export function graceWords(row: GoldenRow, now: number): { over: boolean; text: string } | null {
  if (row.mark !== 'adopted') return null;
  if (!row.grace) return { over: false, text: 'adopted, not approved' };
  const over = new Date(row.grace).getTime() <= now;
  return {
    over,
    text: over
      ? `adopted, not approved; its grace ended ${day(row.grace)}`
      : `adopted, not approved until ${day(row.grace)}`,
  };
}

/** What the sign before an image means, for those who do not see it. */
export function markName(row: GoldenRow): string {
  if (row.mark === 'revoked') return 'Revoked';
  if (row.mark === 'adopted') return 'Adopted, not approved';
  return hasDrifted(row) ? 'Golden, and its tag has drifted' : 'Golden';
}

/** `payments/api` of `registry.example.com/payments/api` */
export function nameOf(repository: string): string {
  const slash = repository.indexOf('/');
  return slash < 0 ? repository : repository.slice(slash + 1);
}

export function hostOf(repository: string): string {
  return repository.slice(0, Math.max(0, repository.indexOf('/')));
}

export const adoptStates: Record<AdoptState, string> = {
  new: 'new',
  adopted: 'adopted',
  already: 'already known',
  missing: 'no such tag',
  'no-right': 'no right to read',
  failed: 'not readable',
};

/** "Adopt 212 images", and why not where nothing can be. */
export function adoptLabel(summary: AdoptionSummary | null): string {
  const { new: fresh = 0 } = summary?.counts ?? {};
  return fresh === 1 ? 'Adopt 1 image' : `Adopt ${fresh} images`;
}
