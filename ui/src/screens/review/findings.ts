/** Which findings are shown: all that the image has, or those that came or went. */
import type {
  FindingRow,
  FindingsPage,
  FindingsShow,
  FindingsSince,
  FindingsSort,
  Review,
} from '../../bindings';
import { host } from '../../lib/host';
import { comparison } from './comparison.svelte';

export type Shown = FindingsShow | FindingsSince;

export async function findings(
  review: Review,
  show: Shown,
  text: string,
  sort: FindingsSort,
  offset: number,
  limit: number,
): Promise<FindingsPage> {
  const asked = { text: text || null, offset, limit };
  if (show === 'all' || show === 'fixable')
    return host().call('findings_page', { image: review.image, show, sort, ...asked });
  return host().call('findings_since', { of: comparison.ask(review), show, ...asked });
}

/** The whole of a row whose texts a page may have cut. */
export async function wholeFinding(
  review: Review,
  show: Shown,
  text: string,
  sort: FindingsSort,
  row: FindingRow,
  offset: number,
): Promise<FindingRow> {
  if (show !== 'all' && show !== 'fixable') return row;
  const query = { image: review.image, show, text: text || null, offset, limit: 1, sort };
  const whole = await host()
    .call('finding_row', query)
    .catch(() => row);
  return whole.evidence[0] === row.evidence[0] ? whole : row;
}
