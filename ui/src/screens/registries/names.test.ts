import { describe, expect, it, vi } from 'vitest';
import type { AskNames, Names } from '../../bindings';
import { isRepository, named, PagedNames } from './names.svelte';

const pages: Record<string, Names> = {
  '': { items: ['a', 'b'], next: 'b' },
  b: { items: ['b', 'c'], next: null },
};
const read = (ask: AskNames): Promise<Names> => Promise.resolve(pages[ask.after ?? ''] as Names);

describe('names in pages', () => {
  it('come one page after the other, none twice', async () => {
    const names = new PagedNames('r.example', read);
    await names.begin();
    expect(names.items).toEqual(['a', 'b']);
    expect(names.whole).toBe(false);
    await names.more();
    expect(names.items).toEqual(['a', 'b', 'c']);
    expect(names.whole).toBe(true);
  });

  it('are asked for once where the end is seen twice', async () => {
    const spy = vi.fn(read);
    const names = new PagedNames('r.example', spy);
    await names.begin();
    await Promise.all([names.more(), names.more()]);
    expect(spy).toHaveBeenCalledTimes(2);
  });

  it('end where a registry answers with the same page for ever', async () => {
    const names = new PagedNames('r', () => Promise.resolve({ items: ['a'], next: 'a' }));
    await names.begin();
    await names.more();
    expect(names.whole).toBe(true);
  });

  it('keep what is here where a page fails', async () => {
    const failure = { code: 'unreachable', message: 'Not there.', hint: null };
    const names = new PagedNames('r', (ask) =>
      ask.after === null ? read(ask) : Promise.reject(failure),
    );
    await names.begin();
    await names.more();
    expect(names.items).toEqual(['a', 'b']);
    expect(names.failure?.code).toBe('unreachable');
    expect(names.next).toBe('b');
  });

  it('are the answer to the last question', async () => {
    let first: (names: Names) => void = () => undefined;
    const read = vi
      .fn<(ask: AskNames) => Promise<Names>>()
      .mockImplementationOnce(() => new Promise((done) => (first = done)))
      .mockResolvedValueOnce({ items: ['new'], next: null });
    const names = new PagedNames('r', read);
    const old = names.begin();
    await names.begin();
    first({ items: ['old'], next: null });
    await old;
    expect(names.items).toEqual(['new']);
  });
});

describe('a filter', () => {
  it('finds names with every word in them', () => {
    expect(named(['payments/api', 'payments/worker', 'web/api'], 'API pay')).toEqual([
      'payments/api',
    ]);
  });

  it('that is empty takes nothing away', () => expect(named(['a', 'b'], '  ')).toEqual(['a', 'b']));
});

describe('a repository’s name', () => {
  it.each(['nginx', 'library/nginx', 'a-b/c__d/e.f', 'a---b'])('is one: %s', (name) =>
    expect(isRepository(name)).toBe(true),
  );
  it.each(['', 'Nginx', 'a//b', '/a', 'a:1', 'a___b', 'a b'])('is none: %j', (name) =>
    expect(isRepository(name)).toBe(false),
  );
});
