/** Which findings are shown: all that the image has, or those that came or went. */
import type { FindingsPage, FindingsShow, FindingsSince, Review } from '../../bindings';
import { host } from '../../lib/host';
import { comparison } from './comparison.svelte';

export type Shown = FindingsShow | FindingsSince;

export async function findings(
  review: Review,
  show: Shown,
  text: string,
  offset: number,
  limit: number,
): Promise<FindingsPage> {
  const asked = { text: text || null, offset, limit };
  if (show === 'all' || show === 'fixable')
    return host().call('findings_page', { image: review.image, show, ...asked });
  return host().call('findings_since', { of: comparison.ask(review), show, ...asked });
}
