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

let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);
const words = (testid: string) => get(testid).textContent.replace(/\s+/g, ' ').trim();

async function begin(scene?: string): Promise<void> {
  host = useSample(scene);
  app.kept.clear();
  queue.kept.clear();
  confirm.close();
  toast.close();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'golden' });
  await settle();
}

const ROW = 'golden-row-payments/api-golden';

describe('the catalogue', () => {
  beforeEach(() => begin());

  test('says what is golden and what is not, and counts each', async () => {
    await until(ROW);
    expect(words('golden-count')).toBe('340 images');
    expect(get(ROW).querySelector('.mark.gold')).not.toBe(null);
    const adopted = get('golden-row-payments/ledger-golden');
    expect(adopted.querySelector('.gold')).toBe(null);
    expect(adopted.textContent).toContain('adopted, not approved until');
    const drifted = get('golden-row-payments/worker-golden');
    expect(drifted.querySelector('.gold')).toBe(null);
    expect(drifted.textContent).toMatch(/names .{9} now/);
  });

  test('looks only at rows that are seen and were not looked at of late', async () => {
    await vi.waitFor(() => expect(called('golden_look').length).toBeGreaterThan(0));
    const asked = called('golden_look').flat() as { repository: string }[];
    expect(asked.length).toBeLessThanOrEqual(60);
    expect(asked.some((tag) => tag.repository.endsWith('payments/api'))).toBe(false);
    expect(asked.some((tag) => tag.repository.endsWith('web/search'))).toBe(true);
  });

  test('is searched, and a search that finds nothing shows the way out', async () => {
    await type('golden-search', 'base debian');
    await vi.waitFor(() => expect(words('golden-count')).toMatch(/^1 image;/));
    await type('golden-search', 'no such thing');
    await vi.waitFor(() => expect(document.body.textContent).toContain('Nothing here matches'));
  });

  test('opens one in full, with the line to build on it', async () => {
    get(await until(ROW).then(() => ROW)).click();
    await until('golden-from');
    expect(words('golden-from')).toMatch(
      /^FROM 127\.0\.0\.1:5000\/payments\/api@sha256:[0-9a-f]{64}$/,
    );
    await click('golden-entry');
    expect(router.place.screen).toBe('history');
  });

  test('copies the line by keyboard', async () => {
    const write = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: write } });
    get(await until(ROW).then(() => ROW)).click();
    await until('golden-from');
    await press('C', { ctrlKey: true, shiftKey: true });
    expect(write).toHaveBeenCalledWith(words('golden-from'));
    vi.unstubAllGlobals();
  });

  test('says what a tag names that drifted, and leads to its review', async () => {
    (await until('golden-row-payments/worker-golden')).click();
    await until('golden-drifted');
    await click('golden-now');
    expect(router.place.screen).toBe('review');
    expect(router.place.image).toMatch(/payments\/worker@sha256:/);
  });

  test('keeps what stands where a page cannot be read', async () => {
    await until(ROW);
    host.override('golden', () => {
      throw failure('database-unavailable', 'The history is held by another.');
    });
    await type('golden-search', 'api');
    await until('error-database-unavailable');
    expect(query(ROW)).not.toBe(null);
  });

  test('looks at every tag and says how many drifted', async () => {
    await click('golden-drift');
    await vi.waitFor(() => expect(toast.message?.text).toBe('1 tag of 340 drifted.'));
  });
});

describe('revoking', () => {
  beforeEach(() => begin());

  async function ask(): Promise<void> {
    (await until('golden-row-platform/base-debian-golden')).click();
    await until('golden-from');
    get('golden-more').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }));
    await settle();
    const item = await until('golden-revoke');
    item.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, button: 0 }));
    item.click();
    await new Promise((done) => setTimeout(done, 60));
    await until('revoke-dialog');
    await until('revoke-plan');
  }

  test('names what is built on it first, and wants a reason and the tag’s name', async () => {
    await ask();
    expect(words('revoke-plan')).toContain('2 known images are built on it');
    expect(words('revoke-plan')).toContain('it says so itself, by its base digest');
    await click('confirm-revoke');
    expect(called('revoke')).toHaveLength(1);
    await type('revoke-message', 'the key leaked');
    await type('confirm-word', 'golden');
    await click('confirm-revoke');
    await vi.waitFor(() => expect(called('revoke')).toHaveLength(2));
    expect(called('revoke')[1]).toMatchObject({ message: 'the key leaked', dry_run: false });
    await vi.waitFor(() => expect(toast.message?.text).toContain('is revoked, for good'));
  });
});

describe('adopting', () => {
  test('an empty catalogue begins with it', async () => {
    await begin('empty');
    await click('golden-adopt-first');
    await until('adopt-dialog');
  });

  test('looks first, shows what becomes of each tag, and then adopts', async () => {
    await begin();
    await click('golden-adopt');
    await until('adopt-dialog');
    await type('adopt-place', '127.0.0.1:5000/services');
    expect(query('adopt-confirm')).toBe(null);
    await click('adopt-preview');
    await until('adopt-confirm');
    expect(called('adopt')[0]).toMatchObject({
      place: '127.0.0.1:5000/services',
      tag: 'golden',
      grace: '90d',
      dry_run: true,
    });
    expect(words('adopt-summary')).toContain('would be adopted, not approved');
    expect(words('adopt-confirm')).toMatch(/^Adopt 276 images/);
    await type('adopt-tag', 'prod');
    expect(query('adopt-confirm')).toBe(null);
    await type('adopt-tag', 'golden');
    await click('adopt-confirm');
    await vi.waitFor(() => expect(query('adopt-dialog')).toBe(null));
    expect(called('adopt')[1]).toMatchObject({ dry_run: false });
  });

  test('a wrong list says which line, and nothing is adopted', async () => {
    await begin();
    await click('golden-adopt');
    await until('adopt-dialog');
    get('adopt-from-list').click();
    await settle();
    await click('adopt-choose');
    host.override('adopt', () => {
      throw failure('bad-input', 'nothing was adopted. line 3: the tag is missing');
    });
    await click('adopt-preview');
    await until('error-bad-input');
    expect(get('error-bad-input').textContent).toContain('line 3: the tag is missing');
    expect(query('adopt-confirm')).toBe(null);
  });
});
