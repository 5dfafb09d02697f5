import { describe, expect, it, vi } from 'vitest';
import type { HistoryPage, HistoryQuery, HistoryRow } from '../../bindings';
import { queryOf } from './filter';
import { HistoryRows, PAGE } from './rows.svelte';

const all = queryOf('all', '', null, new Date(2026, 10, 23));
const some = { ...all, text: 'refund' };

const row = (seq: number): HistoryRow => ({
  seq,
  time: '2026-11-23T14:02:00Z',
  kind: 'comment',
  actor: 'ines',
  repository: null,
  tag: null,
  stage: null,
  digest: null,
  message: null,
  statement: null,
});

/** A history of `size` entries without the ones in `gone`, by key as the program reads it. */
function historyOf(size: number, gone: number[] = []) {
  return vi.fn((query: HistoryQuery): Promise<HistoryPage> => {
    const limit = query.limit ?? PAGE;
    const from = query.after === null ? size : query.after - 1;
    const left = Array.from({ length: Math.max(0, from) }, (_, at) => from - at).filter(
      (seq) => !gone.includes(seq),
    );
    const entries = left.slice(0, limit).map(row);
    return Promise.resolve({
      entries,
      next: left.length > limit ? (entries.at(-1)?.seq ?? null) : null,
      total: query.after === null ? size - gone.length : null,
    });
  });
}

describe('the whole history', () => {
  it('is as long as it is from the first page on', async () => {
    const rows = new HistoryRows(all, historyOf(1000));
    await rows.begin();
    expect(rows.length).toBe(1000);
    expect(rows.at(0)?.seq).toBe(1000);
    expect(rows.at(500)).toBeUndefined();
  });

  it('jumps to any place with one question', async () => {
    const read = historyOf(1_000_000);
    const rows = new HistoryRows(all, read);
    await rows.begin();
    await rows.seen(700_010, 700_050);
    expect(read).toHaveBeenCalledTimes(2);
    expect(rows.at(700_020)?.seq).toBe(1_000_000 - 700_020);
    expect(rows.indexOf(299_980)).toBe(700_020);
  });

  it('reads both pages that a view lies over, and each once', async () => {
    const read = historyOf(1000);
    const rows = new HistoryRows(all, read);
    await rows.begin();
    await Promise.all([rows.seen(180, 220), rows.seen(180, 220)]);
    expect(rows.at(199)?.seq).toBe(801);
    expect(rows.at(200)?.seq).toBe(800);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('forgets pages that were left long ago', async () => {
    const rows = new HistoryRows(all, historyOf(10_000));
    await rows.begin();
    for (let page = 1; page < 60; page += 1) await rows.seen(page * PAGE, page * PAGE + 1);
    expect(rows.at(0)).toBeUndefined();
    await rows.seen(0, 1);
    expect(rows.at(0)?.seq).toBe(10_000);
  });

  it('is walked where entries are missing, so that no row stands under another’s number', async () => {
    const rows = new HistoryRows(all, historyOf(300, [250]));
    await rows.begin();
    await rows.seen(90, 100);
    const numbers = Array.from({ length: 200 }, (_, at) => rows.at(at)?.seq);
    expect(numbers).not.toContain(250);
    expect(numbers[49]).toBe(251);
    expect(numbers[50]).toBe(249);
  });
});

describe('a filtered history', () => {
  it('goes on from the last key until the end', async () => {
    const rows = new HistoryRows(some, historyOf(250));
    await rows.begin();
    expect(rows.total).toBe(250);
    expect(rows.length).toBeLessThan(250);
    await rows.seen(80, 100);
    await rows.seen(180, 200);
    expect(rows.length).toBe(250);
    expect(rows.at(249)?.seq).toBe(1);
  });

  it('is not asked for twice at once', async () => {
    const read = historyOf(250);
    const rows = new HistoryRows(some, read);
    await rows.begin();
    await Promise.all([rows.seen(80, 100), rows.seen(80, 100)]);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('keeps what is here where a page fails', async () => {
    const good = historyOf(250);
    const rows = new HistoryRows(some, (query) =>
      query.after === null
        ? good(query)
        : Promise.reject({ code: 'database-unavailable', message: 'It is locked.', hint: null }),
    );
    await rows.begin();
    await rows.seen(80, 100);
    expect(rows.failure?.code).toBe('database-unavailable');
    expect(rows.at(99)?.seq).toBe(151);
  });
});

describe('new entries', () => {
  it('are shown at once at the top', async () => {
    let size = 300;
    const rows = new HistoryRows(all, (query) => historyOf(size)(query));
    await rows.begin();
    size = 303;
    await rows.look(true);
    expect(rows.at(0)?.seq).toBe(303);
    expect(rows.newer).toBe(0);
  });

  it('only announce themselves where somebody reads further down', async () => {
    let size = 300;
    const rows = new HistoryRows(all, (query) => historyOf(size)(query));
    await rows.begin();
    size = 303;
    await rows.look(false);
    expect(rows.newer).toBe(3);
    expect(rows.at(0)?.seq).toBe(300);
  });
});
