/** A history of many entries, made up as it is read. */
import type { HistoryEntry, HistoryPage, HistoryQuery, HistoryRow } from '../bindings';
import { HOST } from './images';
import { digestOf, hoursAgo } from './time';

export const ENTRIES = 18_204;
const KINDS = [
  'promotion',
  'approve',
  'evidence',
  'request',
  'comment',
  'request-changes',
  'evidence',
  'rollback',
  'login',
  'drift',
  'adoption',
];
const WHO = ['ines', 'ci@payments', 'mara', 'tom'];
const WHAT = ['payments/api', 'payments/worker', 'web/storefront', 'platform/base-debian'];

export function rowOf(seq: number): HistoryRow {
  const kind = KINDS[(seq * 7) % KINDS.length] ?? 'comment';
  const repository = WHAT[(seq * 3) % WHAT.length] ?? '';
  return {
    seq,
    time: hoursAgo((ENTRIES - seq) * 1.7),
    kind,
    actor: WHO[(seq * 5) % WHO.length] ?? '',
    repository: kind === 'login' ? null : `${HOST}/${repository}`,
    tag:
      kind === 'login'
        ? null
        : kind === 'promotion'
          ? (['golden', 'qa'][seq % 2] ?? null)
          : `2.${Math.floor(seq / 40) % 10}.${seq % 12}`,
    stage: kind === 'promotion' ? (['golden', 'qa'][seq % 2] ?? null) : null,
    digest: kind === 'login' ? null : digestOf(`${repository} ${seq % 97}`),
    message: kind === 'approve' ? 'refund suite is green on both platforms' : null,
    statement: kind === 'login' ? null : digestOf(`statement ${seq}`),
  };
}

export function historyPage(query: HistoryQuery): HistoryPage {
  const limit = query.limit ?? 100;
  const rows: HistoryRow[] = [];
  let seq = query.after === null ? ENTRIES : query.after - 1;
  for (; seq > 0 && rows.length < limit; seq -= 1) {
    const row = rowOf(seq);
    if (wanted(row, query)) rows.push(row);
  }
  const last = rows.at(-1);
  return {
    entries: rows,
    next: seq > 0 && last ? last.seq : null,
    total: query.after === null ? totalOf(query) : null,
  };
}

function totalOf(query: HistoryQuery): number {
  let total = 0;
  for (let seq = ENTRIES; seq > 0; seq -= 1) if (wanted(rowOf(seq), query)) total += 1;
  return total;
}

function wanted(row: HistoryRow, query: HistoryQuery): boolean {
  const holds = (text: string | null, part: string | null) => !part || (text ?? '').includes(part);
  return (
    (!query.kind || query.kind.includes(row.kind)) &&
    holds(row.repository, query.repository) &&
    holds(row.actor, query.actor) &&
    holds(row.tag, query.tag) &&
    holds(row.digest, query.digest) &&
    holds(`${row.kind} ${row.actor} ${row.repository} ${row.tag} ${row.message}`, query.text) &&
    (!query.since || row.time >= query.since) &&
    (!query.until || row.time < query.until)
  );
}

export function historyEntry(seq: number): HistoryEntry {
  const row = rowOf(seq);
  return {
    row,
    facts: [
      { label: 'Image', text: `${row.repository ?? '–'} ${row.tag ?? ''}`, digest: false },
      { label: 'Digest', text: row.digest ?? '', digest: true },
      { label: 'Policy', text: digestOf('policy'), digest: true },
      { label: 'Evidence', text: '3 reports, each by digest', digest: false },
    ],
    proof: [
      { ok: true, text: 'Signed by ines, key b7e0…; the signature holds.' },
      { ok: true, text: `Leaf ${seq} of the tree of ${ENTRIES}; checked 2 min ago.` },
    ],
    leaf: digestOf(`leaf ${seq}`).slice(7),
    bytes: JSON.stringify({ ...row, previous: digestOf(`leaf ${seq - 1}`).slice(7) }),
  };
}

/** What a verification finds in a history that somebody edited. */
export const sampleProblems = [
  { seq: 18_117, message: 'its bytes do not hash to the leaf that is kept of it.' },
  { seq: 18_118, message: 'it does not follow the entry before it.' },
  { seq: null, message: 'The root is not the one that the checkpoint of 23 Nov 2026 signed.' },
];
