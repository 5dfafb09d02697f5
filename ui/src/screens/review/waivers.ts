/** Waivers and VEX in words, and which of them speak of a finding. */
import type { FindingRow, Review, VexInfo, WaiverInfo } from '../../bindings';
import { plural } from '../../lib/format/number';

/** The first day that a waiver may end on: tomorrow, UTC. */
export function tomorrow(now = Date.now()): string {
  return new Date(now + 24 * 3600 * 1000).toISOString().slice(0, 10);
}

/** `24 Dec 2026` */
export function dayWords(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** “in 3 days, on 24 Dec 2026 (UTC)” */
export function endWords(waiver: Pick<WaiverInfo, 'until' | 'days_left'>): string {
  const days = waiver.days_left === 1 ? 'tomorrow' : `in ${plural(waiver.days_left, 'day')}`;
  return `${days}, on ${dayWords(waiver.until)} (UTC)`;
}

/** The waiver in force that names this finding. */
export function waiverOf(review: Review, row: FindingRow): WaiverInfo | undefined {
  return review.waivers.find((one) => one.finding === row.id && names(one.package, row.package));
}

/** What VEX documents say of this finding. */
export function vexOf(review: Review, row: FindingRow): VexInfo[] {
  return review.vex.filter((one) => one.finding === row.id && one.package === row.package);
}

/** Those that end within two weeks. */
export function endingSoon(review: Review): WaiverInfo[] {
  return review.waivers.filter((one) => one.state === 'ends-soon');
}

function names(named: string, wanted: string): boolean {
  if (!named.startsWith('pkg:')) return named === wanted;
  const path = named.split(/[?#]/)[0] ?? '';
  const last = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  return last === wanted || last.startsWith(`${wanted}@`);
}
