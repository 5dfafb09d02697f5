import { beforeEach, describe, expect, test, vi } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { confirm } from '../../state/confirm.svelte';
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

const HOST = '127.0.0.1:5000';
let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);

async function begin(of: string | null = HOST, scene?: string): Promise<void> {
  document.body.replaceChildren();
  host = useSample(scene);
  app.kept.clear();
  queue.kept.clear();
  confirm.close();
  toast.close();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'images', ...(of ? { of } : {}) });
  await settle();
}

/** Clicks the row that a mark stands in. */
async function row(testid: string): Promise<void> {
  (await until(testid)).closest<HTMLElement>('.line')?.click();
  await settle();
}

async function open(tag: string): Promise<void> {
  await row('repo-payments/api');
  await row(`tag-${tag}`);
  await until('inspect-digest');
}

describe('from a registry to an image', () => {
  beforeEach(() => begin());

  test('goes by repository and tag, with pins behind a switch', async () => {
    await row('repo-payments/api');
    await until('tag-2.8.1');
    expect(document.querySelectorAll('[data-testid^="tag-golden-"]')).toHaveLength(0);
    await click('tags-pins');
    await vi.waitFor(() =>
      expect(document.querySelectorAll('[data-testid^="tag-golden-"]')).toHaveLength(2),
    );
    await row('tag-2.8.1');
    expect((await until('inspect-digest')).dataset.digest).toMatch(/^sha256:/);
    expect(router.place).toMatchObject({ of: `${HOST}/payments/api`, tag: '2.8.1' });
  });

  test('lists repositories in the registry’s own order from the first row on', async () => {
    await until('repo-payments/api');
    const orders = called('list_rows').map((ask) => (ask as { order: string }).order);
    expect(new Set(orders)).toEqual(new Set(['registry']));
  });

  test('the filter opens what matches first with Enter', async () => {
    await until('repo-payments/api');
    await type('repo-filter', 'front');
    await vi.waitFor(() => expect(query('repo-payments/api')).toBeNull());
    get('repo-filter').focus();
    await press('Enter');
    expect(router.place.of).toBe(`${HOST}/web/storefront`);
  });

  test('takes a name where the list is refused, and says why', async () => {
    await click('host-ghcr.io');
    expect((await until('error-forbidden')).textContent).toContain('registry:catalog');
    await type('repo-typed', 'team/app');
    get('repo-typed').closest('form')?.requestSubmit();
    await settle();
    expect(router.place.of).toBe('ghcr.io/team/app');
  });

  test('says what failed and keeps the way to try again', async () => {
    host.override('list', () => {
      throw failure('unreachable', 'It does not answer.');
    });
    host.override('list_rows', () => ({
      rows: [],
      total: 0,
      hidden: 0,
      state: { listed: 0, whole: false, by: null, at: null },
    }));
    router.go({ screen: 'images', of: `${HOST}/payments/api` });
    await settle();
    expect((await until('error-unreachable')).textContent).toContain('Try again');
  });

  test('without a registry has a button to log in', async () => {
    await begin(null, 'empty');
    await click('images-login');
    await until('kind-filter');
  });
});

describe('100,000 tags', () => {
  beforeEach(() => begin(`${HOST}/load/many-tags`));

  test('never put more than sixty rows into the document, nor ask for more than fifty at once', async () => {
    await until('tag-1.99.999');
    expect(get('tag-count').textContent).toContain('100\u202f000 tags');
    const grid = document.querySelector('[role="grid"][aria-label^="Tags"]');
    expect(grid?.getAttribute('aria-rowcount')).toBe('100001');
    expect(grid?.querySelectorAll('.line').length).toBeLessThanOrEqual(60);
  });

  test('are searched where they are held', async () => {
    await until('tag-1.99.999');
    await type('tag-filter', '42.7');
    await vi.waitFor(() => expect(get('tag-count').textContent).toContain(' of 100\u202f000'));
    expect(called('list_rows').at(-1)).toMatchObject({ search: '42.7', offset: 0 });
    await until('tag-1.42.799');
  });

  test('are looked up for the rows that are seen alone', async () => {
    await until('tag-1.99.999');
    await vi.waitFor(() => expect(called('tag_facts').length).toBe(1));
    const [asked] = called('tag_facts') as { tags: string[] }[];
    expect(asked?.tags.length).toBeGreaterThan(0);
    expect(asked?.tags.length).toBeLessThanOrEqual(60);
  });
});

describe('one image', () => {
  beforeEach(() => begin());

  test('shows labels as text and never as markup', async () => {
    await open('2.8.1');
    const image = document.querySelector('section[aria-label^="Image"]');
    expect(image?.textContent).toContain('<b onmouseover=alert(1)>');
    expect(image?.querySelector('[onmouseover]')).toBeNull();
  });

  test('tells how it was built, and of steps without a layer where somebody asks', async () => {
    await open('2.8.1');
    await click('tab-layers');
    const words = () => document.querySelector('[role="tabpanel"]')?.textContent ?? '';
    expect(words()).toContain('RUN apt-get update');
    expect(words()).not.toContain('ENV TZ');
    await click('layers-empty');
    expect(words()).toContain('ENV TZ');
  });

  test('tells what it runs', async () => {
    await open('2.8.1');
    await click('tab-config');
    const words = document.querySelector('[role="tabpanel"]')?.textContent ?? '';
    for (const wanted of ['/usr/bin/api', 'healthz', '8080/tcp', '/srv', 'TZ'])
      expect(words).toContain(wanted);
  });

  test('says of all that is attached who signed it, also of what hangs on that', async () => {
    await open('2.8.1');
    await click('tab-attached');
    const words = document.querySelector('[role="tabpanel"]')?.textContent ?? '';
    expect(words).toContain('Signed, verified by ci@payments');
    expect(words).toContain('Signed, not checked');
    expect(words).toContain('BuildKit does not sign it');
    expect(document.querySelectorAll('[role="tabpanel"] li.deep')).toHaveLength(1);
  });

  test('tells the past of its tag, and leads to the entry', async () => {
    await open('qa');
    await click('tab-past');
    await until('moment-311');
    expect(document.querySelector('[role="tabpanel"]')?.textContent).toContain(
      'somebody else moved',
    );
    await click('moment-open-311');
    expect(router.place).toMatchObject({ screen: 'history', entry: 311 });
  });

  test('opens the review of exactly the digest that is seen', async () => {
    await open('2.8.1');
    const digest = get('inspect-digest').dataset.digest;
    await click('inspect-review');
    expect(router.place).toEqual({
      screen: 'review',
      image: `${HOST}/payments/api@${digest}`,
    });
  });

  test('asks for review of a digest, with a reason and https links alone', async () => {
    await open('2.8.1');
    await click('inspect-request');
    await until('request-message');
    await type('request-run', 'http://ci.example.com/4412');
    await type('request-message', 'hotfix for the refund rounding');
    await click('request-submit');
    expect(called('request')).toEqual([]);
    await type('request-run', 'https://ci.example.com/4412');
    await click('request-submit');
    expect(called('request')).toMatchObject([
      { stage: 'golden', message: 'hotfix for the refund rounding' },
    ]);
  });

  test('has gold for what is golden and a warning for what drifted', async () => {
    await row('repo-payments/api');
    const golden = await until('badge-at-golden');
    expect(golden.querySelector('.gold')).not.toBeNull();
    const drifted = await until('badge-drifted-qa');
    expect(drifted.querySelector('.warn')).not.toBeNull();
    expect(drifted.textContent).toContain('drifted');
  });
});

describe('deleting', () => {
  beforeEach(() => begin());

  /** Chooses an item of the menu by its words, as the menu itself would. */
  async function choose(testid: string): Promise<void> {
    get('image-menu').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }));
    await settle();
    const item = await until(testid);
    item.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, button: 0 }));
    item.click();
    await new Promise((done) => setTimeout(done, 60));
    await settle();
  }

  test('an image says which tags go with it, and wants its digest typed', async () => {
    await open('2.8.1');
    await choose('delete-image');
    await vi.waitFor(() => expect(confirm.question).not.toBeNull());
    const words = document.querySelector('[role="dialog"]')?.textContent ?? '';
    expect(words).toContain('The tags 2.8.1 and 2.8 go with it.');
    await click('confirm');
    expect(called('delete')).toEqual([]);
    await type('confirm-word', confirm.question?.typed ?? '');
    await click('confirm');
    await vi.waitFor(() => expect(called('delete')).toHaveLength(1));
    expect(called('delete')).toMatchObject([
      { image: expect.stringContaining('@sha256:'), expected: expect.stringContaining('sha256:') },
    ]);
  });

  test('what is golden is refused with the reason, and nothing is asked', async () => {
    await open('golden');
    await choose('delete-tag');
    expect((await until('error-kept-for-golden')).textContent).toContain('golden and stays');
    expect(confirm.question).toBeNull();
    expect(called('delete')).toEqual([]);
  });
});
