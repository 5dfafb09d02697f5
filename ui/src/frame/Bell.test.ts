import { beforeEach, expect, test } from 'vitest';
import App from '../App.svelte';
import type { SampleHost } from '../sample';
import { app } from '../state/app.svelte';
import { hear } from '../state/hear.svelte';
import { queue } from '../state/queue.svelte';
import { router } from '../state/router.svelte';
import { toast } from '../state/toast.svelte';
import { click, failure, get, query, settle, show, until, useSample } from '../testing';

let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);
const bell = () => get('bell').getAttribute('aria-label');
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="notice"]')];

beforeEach(async () => {
  host = useSample();
  app.kept.clear();
  queue.kept.clear();
  hear.kept.clear();
  hear.open = false;
  toast.close();
  router.reset({ screen: 'history' });
  show(App, {});
  await until('bell');
  await settle();
});

test('the bell counts what was not seen, and its list names each', async () => {
  expect(bell()).toBe('Notices, 2 new');
  await click('bell');
  await until('notices');
  expect(rows()).toHaveLength(3);
  expect(rows()[0]?.textContent).toContain('Changes requested');
  expect(rows()[0]?.textContent).toContain('New');
  expect(rows()[2]?.textContent).not.toContain('New');
});

test('a notice opens Review at its image, and is seen then', async () => {
  await click('bell');
  await until('notices');
  rows()[0]?.click();
  await settle();
  expect(called('saw')).toEqual([{ id: 1 }]);
  expect(bell()).toBe('Notices, 1 new');
  expect(query('notices')).toBe(null);
  expect(router.place).toMatchObject({
    screen: 'review',
    image: hear.kept.value?.rows[0]?.image,
    stage: hear.kept.value?.rows[0]?.stage,
  });
});

test('all are marked as seen at once', async () => {
  await click('bell');
  await until('notices-seen');
  await click('notices-seen');
  expect(called('saw')).toEqual([{ id: null }]);
  expect(bell()).toBe('Notices, nothing new');
  expect(get('notices-seen').getAttribute('aria-disabled')).toBe('true');
});

test('what could not be heard is said beside what was', async () => {
  const known = hear.kept.value;
  host.override('notices', () => ({
    rows: known?.rows ?? [],
    total: 3,
    unseen: 2,
    fresh: 0,
    problems: ['registry.example.com did not answer'],
  }));
  await hear.kept.refresh();
  await click('bell');
  await until('notices');
  expect(get('notices').textContent).toContain('registry.example.com did not answer');
  expect(rows()).toHaveLength(3);
});

test('a list that cannot be read says why, and keeps what was known', async () => {
  host.override('notices', () => {
    throw failure('database-unavailable', 'The history is busy.');
  });
  await hear.kept.refresh();
  await click('bell');
  await until('notices');
  expect(get('notices').textContent).toContain('The history is busy.');
  expect(rows()).toHaveLength(3);
});
