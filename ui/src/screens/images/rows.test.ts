import { describe, expect, it, vi } from 'vitest';
import type { AskRows, ListRow, ListRows } from '../../bindings';
import { NameRows, PAGE, isRepository } from './rows.svelte';

const row = (name: string): ListRow => ({
  name,
  digest: null,
  size: null,
  pushed: null,
  platforms: [],
  tool: false,
});

function answer(ask: AskRows, total: number): ListRows {
  const left = Math.max(0, Math.min(PAGE, total - ask.offset));
  return {
    rows: Array.from({ length: left }, (_, at) => row(`${ask.search}${ask.offset + at}`)),
    total,
    hidden: 0,
    state: { listed: total, whole: true, by: null, at: null },
  };
}

const read = (total: number) => vi.fn((ask: AskRows) => Promise.resolve(answer(ask, total)));

describe('rows of a list that is held elsewhere', () => {
  it('are read where they are seen, a page once', async () => {
    const ask = read(100_000);
    const rows = new NameRows('r/a', ask);
    await rows.look();
    await rows.seen(60_020, 60_060);
    await rows.seen(60_030, 60_070);
    expect(ask.mock.calls.map(([one]) => one.offset)).toEqual([0, 60_000, 60_050]);
    expect(rows.at(60_042)?.name).toBe('60042');
    expect(rows.at(3)?.name).toBe('3');
  });

  it('are few, however far somebody scrolls', async () => {
    const rows = new NameRows('r/a', read(100_000));
    await rows.look();
    for (let at = 0; at < 100_000; at += 2_500) await rows.seen(at, at + 40);
    const here = Array.from({ length: 100_000 }, (_, at) => rows.at(at)).filter(Boolean);
    expect(here.length).toBeLessThanOrEqual(12 * PAGE);
  });

  it('are the answer to the last question', async () => {
    let first: (rows: ListRows) => void = () => undefined;
    const ask = vi
      .fn<(ask: AskRows) => Promise<ListRows>>()
      .mockImplementationOnce(() => new Promise((done) => (first = done)))
      .mockImplementation((one) => Promise.resolve(answer(one, 1)));
    const rows = new NameRows('r/a', ask);
    const old = rows.look();
    await rows.show({ search: 'new', order: 'newest', tools: false });
    first(answer({ of: 'r/a', search: 'old', order: 'newest', tools: false, offset: 0 }, 1));
    await old;
    expect(rows.at(0)?.name).toBe('new0');
  });

  it('stand where a page fails, with the reason', async () => {
    const ask = read(200);
    const rows = new NameRows('r/a', ask);
    await rows.look();
    ask.mockRejectedValueOnce({ code: 'unreachable', message: 'Not there.', hint: null });
    await rows.seen(100, 120);
    expect(rows.failure?.code).toBe('unreachable');
    expect(rows.at(0)?.name).toBe('0');
    await rows.seen(100, 120);
    expect(rows.at(101)?.name).toBe('101');
  });

  it('know where a name stands, as far as it is here', async () => {
    const rows = new NameRows('r/a', read(200));
    await rows.look();
    expect(rows.indexOf('7')).toBe(7);
    expect(rows.indexOf('150')).toBeNull();
    expect(rows.indexOf(null)).toBeNull();
  });
});

describe('a repository’s name', () => {
  it.each(['nginx', 'library/nginx', 'a-b/c__d/e.f', 'a---b'])('is one: %s', (name) =>
    expect(isRepository(name)).toBe(true),
  );
  it.each(['', 'Nginx', 'a//b', '/a', 'a:1', 'a___b', 'a b'])('is none: %j', (name) =>
    expect(isRepository(name)).toBe(false),
  );
});
