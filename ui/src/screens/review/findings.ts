/** Which findings are shown: the program's pages, or the difference to golden that is at hand. */
import type { FindingRow, FindingsShow, FindingsSort, Review } from '../../bindings';
import { host } from '../../lib/host';

export type Shown = FindingsShow | 'new' | 'fixed';

export async function findings(
  review: Review,
  show: Shown,
  text: string,
  sort: FindingsSort,
  offset: number,
  limit: number,
): Promise<{ rows: FindingRow[]; total: number }> {
  if (show === 'new' || show === 'fixed') {
    const rows = review.difference[show].filter((row) => holds(row, text));
    return { rows: rows.slice(offset, offset + limit), total: rows.length };
  }
  return host().call('findings_page', {
    image: review.image,
    show,
    text: text || null,
    offset,
    limit,
    sort,
  });
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
  if (show === 'new' || show === 'fixed') return row;
  const query = { image: review.image, show, text: text || null, offset, limit: 1, sort };
  const whole = await host()
    .call('finding_row', query)
    .catch(() => row);
  return whole.evidence[0] === row.evidence[0] ? whole : row;
}

function holds(row: FindingRow, text: string): boolean {
  return `${row.id} ${row.package} ${row.title ?? ''}`.toLowerCase().includes(text.toLowerCase());
}
