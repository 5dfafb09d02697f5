import { beforeEach, expect, test, vi } from 'vitest';
import type { SampleHost } from '../../sample';
import { click, get, press, settle, show, type, until, useSample } from '../../testing';
import RollbackDialog from './RollbackDialog.svelte';

let host: SampleHost;
const done = vi.fn(() => Promise.resolve());
const rolled = () =>
  host.calls.filter(
    ([name, args]) => name === 'rollback' && !(args as { dry_run: boolean }).dry_run,
  );

beforeEach(async () => {
  host = useSample();
  show(RollbackDialog, {
    open: true,
    host: '127.0.0.1:5000',
    repository: 'payments/api',
    stage: 'golden',
    tag: 'golden',
    now: null,
    ondone: done,
  });
  await until('rollback-dialog');
  await settle();
});

test('a rollback needs a target, a reason and the tag’s name', async () => {
  const confirm = () => get('confirm-rollback').getAttribute('aria-disabled');
  expect(confirm()).toBe('true');
  document.querySelector<HTMLInputElement>('input[type="radio"]')?.click();
  await settle();
  await type('rollback-message', '2.8.0 times out');
  expect(confirm()).toBe('true');
  await type('confirm-word', 'gold');
  await press('Enter', { ctrlKey: true });
  expect(rolled()).toEqual([]);
  await type('confirm-word', 'golden');
  expect(confirm()).toBeNull();
  await click('confirm-rollback');
  expect(rolled()).toHaveLength(1);
  expect(rolled()[0]?.[1]).toMatchObject({ stage: 'golden', message: '2.8.0 times out' });
  expect(done).toHaveBeenCalled();
});

test('a rollback shows what would move, from a dry run, before it is confirmed', async () => {
  document.querySelector<HTMLInputElement>('input[type="radio"]')?.click();
  await settle();
  expect(get('move-golden').textContent).toContain('2.7.4');
  expect(rolled()).toEqual([]);
});
