import { describe, expect, test } from 'vitest';
import type { JobView, LayerRow, LocalImage, PushTarget } from '../../bindings';
import { exactImage, isHere, nameProblem, namesIn, readReference } from './reference';
import {
  daysWords,
  digestOf,
  knownAt,
  endOf,
  layerCounts,
  layerPercent,
  layerWords,
  nameOf,
  spoken,
  sumOf,
  targetWords,
  jobTitle,
} from './words';

const MB = 1_000_000;
const DIGEST = `sha256:${'7c1e'.repeat(16)}`;
const layer = (over: Partial<LayerRow> = {}): LayerRow => ({
  target: 0,
  id: 'aa',
  state: 'moving',
  done: 0,
  total: 10 * MB,
  from: null,
  ...over,
});
const target = (over: Partial<PushTarget> = {}): PushTarget => ({
  name: 'r.io/a:1',
  host: 'r.io',
  login: null,
  digest: null,
  size: null,
  verified: false,
  problem: null,
  ...over,
});

describe('a name', () => {
  test.each([
    ['alpine', 'docker.io', 'library/alpine', null],
    ['shop/cart:1.5', 'docker.io', 'shop/cart', '1.5'],
    ['r.io:5000/shop/cart:1', 'r.io:5000', 'shop/cart', '1'],
    ['localhost/cart', 'localhost', 'cart', null],
    ['[::1]:5000/cart:1', '[::1]:5000', 'cart', '1'],
  ])('is read as Docker reads it: %s', (text, host, repository, tag) =>
    expect(readReference(text)).toEqual({ host, repository, tag, digest: null }),
  );

  test.each(['', 'Shop/Cart:1', 'a b', 'cart:', 'r.io/:1', `cart@${DIGEST}`])(
    'that cannot be given says why: %s',
    (text) => expect(nameProblem(text)).toMatch(/\w/),
  );

  test('with a digest is what a review is called', () => {
    const read = readReference(`shop/cart@${DIGEST}`);
    expect(read && exactImage(read)).toBe(`docker.io/shop/cart@${DIGEST}`);
  });

  test('of several in one field is taken once', () => {
    expect(namesIn(' a:1, b:2\na:1 ')).toEqual(['a:1', 'b:2']);
  });

  test('of this machine wants no login', () => {
    expect([isHere('127.0.0.1:5000'), isHere('registry.example.com')]).toEqual([true, false]);
  });
});

describe('a local image', () => {
  const image: LocalImage = {
    id: `sha256:${'ab'.repeat(32)}`,
    names: ['cart:dev', 'r.io/shop/cart:1.5'],
    digests: [`r.io/shop/cart@${DIGEST}`],
    size: 1,
    created: null,
    used_by: [],
    platform: null,
    golden: [],
  };

  test('is known in a registry with the tag that it has there', () => {
    expect(knownAt(image)).toEqual([
      { host: 'r.io', repository: 'shop/cart', tag: '1.5', digest: DIGEST },
    ]);
    expect(digestOf(image)).toBe(DIGEST);
  });

  test('is known once at a place that is written in two ways', () => {
    const twice = [`alpine@${DIGEST}`, `docker.io/library/alpine@${DIGEST}`];
    expect(knownAt({ ...image, digests: twice })).toHaveLength(1);
  });

  test('without a name or a registry is called by its id', () => {
    const bare = { ...image, names: [], digests: [] };
    expect([nameOf(bare), digestOf(bare)]).toEqual(['sha256:abab…abab', image.id]);
    expect(knownAt(bare)).toEqual([]);
  });
});

describe('layers', () => {
  test('together are never more than all of it, whatever the engine counts', () => {
    const over = [layer({ done: 25 * MB }), layer({ state: 'there', total: null })];
    expect(sumOf(over)).toEqual({ done: 10 * MB, total: 10 * MB, percent: 99 });
    expect(layerPercent(layer({ done: 25 * MB }))).toBe(99);
  });

  test('are all there only when each arrived', () => {
    const done = [
      layer({ state: 'done' }),
      layer({ state: 'mounted' }),
      layer({ state: 'there', total: null }),
    ];
    expect(sumOf(done).percent).toBe(100);
    expect(sumOf([...done, layer({ state: 'waiting', total: null })]).percent).toBe(99);
    expect(sumOf([]).percent).toBeNull();
  });

  test('that were there or mounted count as theirs', () => {
    const half = [layer({ state: 'mounted' }), layer({ done: 0 })];
    expect(sumOf(half).percent).toBe(50);
  });

  test('say what became of each, in figures that add up', () => {
    const all = [
      layer({ state: 'done' }),
      layer({ state: 'mounted', from: 'base' }),
      layer({ state: 'there' }),
      layer(),
    ];
    expect(layerCounts(all, false)).toBe('4 layers: 1 pushed, 1 mounted, 1 there already, 1 to go');
    expect(all.map((one) => layerWords(one, false))).toEqual([
      'Pushed',
      'Mounted from base',
      'There already',
      '0 B of 10.0 MB',
    ]);
  });
});

describe('a target', () => {
  test('is pushed only where its digest was read back', () => {
    const sent = [layer({ state: 'done' })];
    expect(targetWords(target({ digest: DIGEST }), sent, true)).toContain('being read back');
    expect(targetWords(target({ digest: DIGEST }), sent, false)).toBe('Not pushed');
    const verified = target({ digest: DIGEST, verified: true });
    expect(targetWords(verified, sent, false)).toContain('Pushed');
  });
});

test('a job that is done is not called good where a check or a target is not', () => {
  const view = (over: Partial<JobView>): JobView =>
    ({ row: { state: 'done', kind: 'smoke' }, cases: [], targets: [], ...over }) as JobView;
  const one = { name: 'healthy', reason: '', seconds: 1 };
  expect(endOf(view({ cases: [{ ...one, verdict: 'passed' }] }))).toEqual({ state: 'done' });
  expect(endOf(view({ cases: [{ ...one, verdict: 'errored' }] })).state).toBe('failed');
  const problem = { code: 'forbidden', message: 'No.', hint: null } as const;
  expect(endOf(view({ targets: [target(), target({ problem })] })).says).toContain('everywhere');
});

test('days are left, or over', () => {
  expect([9, 1, 0, -5, null].map(daysWords)).toEqual([
    '9 days left',
    '1 day left',
    'ends today',
    'overdue by 5 days',
    '',
  ]);
});

test('a build is spoken of by its step, and at its end by its message', () => {
  const view = {
    row: { state: 'running', message: '' },
    steps: [
      { number: 1, state: 'done', name: 'FROM a' },
      { number: 2, state: 'running', name: 'RUN make' },
      { number: 3, state: 'waiting', name: 'COPY' },
    ],
    layers: [],
    cases: [],
  } as unknown as JobView;
  expect(spoken(view)).toBe('Step 2 of 3: RUN make');
  const done = { ...view, row: { ...view.row, state: 'failed', message: 'It broke.' } } as JobView;
  expect(spoken(done)).toBe('Failed. It broke.');
});

test('a job’s title has its digests short', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  expect(jobTitle(`r.io/shop/cart@${digest}`)).toBe('r.io/shop/cart@abab…abab');
  expect(jobTitle('shop/cart:1.5')).toBe('shop/cart:1.5');
});
