import { beforeEach, describe, expect, test, vi } from 'vitest';
import App from '../../App.svelte';
import type { HistoryQuery } from '../../bindings';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { toast } from '../../state/toast.svelte';
import {
  click,
  failure,
  get,
  press,
  query,
  settle,
  show,
  type,
  until,
  useSample,
} from '../../testing';

const ALL = 18_204;
let host: SampleHost;
const asked = (): HistoryQuery[] =>
  host.calls.filter(([name]) => name === 'history').map(([, args]) => args as HistoryQuery);
const grid = (): HTMLElement => document.querySelector('[role="grid"]') as HTMLElement;

async function begin(scene?: string): Promise<void> {
  host = useSample(scene);
  app.kept.clear();
  queue.kept.clear();
  toast.close();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'history' });
  await settle();
}

describe('the table', () => {
  beforeEach(() => begin());

  test('says how many rows there are and draws only those that are seen', async () => {
    await until(`history-row-${ALL}`);
    expect(grid().getAttribute('aria-rowcount')).toBe(String(ALL + 1));
    expect(document.querySelectorAll('[data-testid^="history-row-"]').length).toBeLessThan(80);
    expect(get(`history-row-${ALL}`).getAttribute('aria-rowindex')).toBe('2');
  });

  test('goes to the other end without reading what lies between', async () => {
    await until(`history-row-${ALL}`);
    grid().focus();
    await press('End');
    await until('history-row-1');
    const jumps = asked().filter((one) => one.after !== null);
    expect(jumps.length).toBeLessThanOrEqual(2);
  });

  test('opens an entry with Enter, and closes it with Escape', async () => {
    await until(`history-row-${ALL}`);
    grid().focus();
    await press('ArrowDown');
    await press('ArrowDown');
    await press('Enter');
    await until('history-proof');
    expect(router.place.entry).toBe(ALL - 1);
    await press('Escape');
    expect(query('history-proof')).toBeNull();
  });
});

describe('the filter', () => {
  beforeEach(() => begin());

  test('asks for the kinds of its chip', async () => {
    const chip = [
      ...document.querySelectorAll<HTMLElement>('[aria-label="Kinds of entry"] button'),
    ];
    chip.find((one) => one.textContent?.includes('Decisions'))?.click();
    await vi.waitFor(() => expect(asked().at(-1)?.kind).toContain('request-changes'));
  });

  test('takes words, people and days from one field, and shows what it understood', async () => {
    await type('history-search', 'payments since 1 Oct by tom');
    await vi.waitFor(() =>
      expect(asked().at(-1)).toMatchObject({ text: 'payments', actor: 'tom' }),
    );
    expect(asked().at(-1)?.since).toMatch(/^\d{4}-(09-30|10-01)T/);
    expect(document.querySelector('main')?.textContent).toContain('by tom');
  });

  test('is one and the same in the field and in the inputs', async () => {
    await click('history-fields-toggle');
    await type('history-actor', 'ines');
    expect((get('history-search') as HTMLInputElement).value).toBe('by ines');
  });

  test('that finds nothing has a button that shows everything', async () => {
    await type('history-search', 'zzzz');
    await vi.waitFor(() =>
      expect(document.querySelector('main')?.textContent).toContain('No entry matches'),
    );
    const button = [...document.querySelectorAll('button')].find(
      (one) => one.textContent?.trim() === 'Show everything',
    );
    button?.click();
    await until(`history-row-${ALL}`);
  });

  test('keeps what stands where the history cannot be read', async () => {
    await until(`history-row-${ALL}`);
    host.override('history', () => {
      throw failure('database-unavailable', 'The history’s file is held by another.');
    });
    await type('history-search', 'x');
    await until('error-database-unavailable');
    expect(query(`history-row-${ALL}`)).not.toBeNull();
  });
});

describe('proof', () => {
  test('of an entry says line by line what was verified and what was not', async () => {
    await begin();
    host.override('history_entry', (seq) => ({
      row: {
        seq,
        time: '2026-11-23T14:02:00Z',
        kind: 'approve',
        actor: 'ines',
        repository: null,
        tag: null,
        stage: null,
        digest: null,
        message: null,
        statement: null,
      },
      facts: [],
      proof: [
        { ok: true, text: 'Its bytes hash to its leaf.' },
        { ok: false, text: 'Not verified: its key is unknown.' },
      ],
      leaf: 'ab'.repeat(32),
      bytes: '{"seq":1,  "exact":true}',
    }));
    (await until(`history-row-${ALL}`)).click();
    const proof = await until('history-proof');
    expect(proof.textContent).toContain('Not all of it is verified');
    expect(proof.textContent).toContain('Not verified: Not verified: its key is unknown.');
    await click('history-bytes');
    expect((await until('history-bytes-dialog')).textContent).toContain('{"seq":1,  "exact":true}');
  });

  test('of the whole says to which entry it was verified', async () => {
    await begin();
    await click('history-verify');
    expect((await until('history-verified')).textContent).toContain(
      'Verified to entry 18\u202f204',
    );
  });

  test('that fails names the entries, and opens them', async () => {
    await begin('broken');
    await click('history-verify');
    const problems = await until('history-problems');
    expect(problems.textContent).toContain('Entry 18\u202f117');
    expect(problems.textContent).toContain('checkpoint');
    problems.querySelector<HTMLElement>('.entry')?.click();
    await settle();
    expect(router.place.entry).toBe(18_117);
  });

  test('from the registry lists what is missing or forged', async () => {
    await begin();
    host.override('history_rebuild', () => ({
      repositories: 4,
      statements: 211,
      added: 3,
      problems: ['tom’s statement after 31d0… is missing.'],
    }));
    await click('history-rebuild');
    const problems = await until('history-problems');
    expect(problems.textContent).toContain('tom’s statement after 31d0… is missing.');
    expect(problems.textContent).toContain('3 new here');
  });
});

describe('export', () => {
  test('writes what is filtered, in the format chosen', async () => {
    await begin();
    await type('history-search', 'by tom');
    await vi.waitFor(() => expect(asked().at(-1)?.actor).toBe('tom'));
    await click('history-export');
    await until('export-run');
    await click('export-json');
    await click('export-run');
    const [, args] = host.calls.findLast(([name]) => name === 'history_export') ?? [];
    expect(args).toMatchObject({ format: 'json', file: null, query: { actor: 'tom' } });
    expect(toast.message?.text).toContain('/home/ines/history.csv');
  });
});

test('an empty history has a button that leads on', async () => {
  await begin('empty');
  expect(document.querySelector('main')?.textContent).toContain('Nothing has happened yet');
  const [button] = [...document.querySelectorAll('main button')].filter((one) =>
    one.textContent?.includes('Go to Review'),
  );
  (button as HTMLElement).click();
  expect(router.screen).toBe('review');
});
