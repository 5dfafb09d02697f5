import { beforeEach, describe, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { digest12 } from '../../lib/format/digest';
import { click, get, press, query, settle, show, type, until, useSample } from '../../testing';
import { reviews } from './review.svelte';
import { dayWords, endWords, tomorrow } from './waivers';

let host: SampleHost;
const ctrlEnter = () => press('Enter', { ctrlKey: true });
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);

async function begin(): Promise<void> {
  host = useSample();
  app.kept.clear();
  queue.kept.clear();
  queue.filter = '';
  router.reset({ screen: 'review' });
  reviews.clear();
  reviews.tab = 'vulnerabilities';
  show(App, {});
  await settle();
  const wanted = queue.flat.find((one) => one.repository === 'web/storefront');
  await click(`candidate-${digest12(wanted?.digest ?? '')}`);
  await until('review');
}

async function openFinding(): Promise<void> {
  const row = document.querySelector<HTMLElement>('[role="row"][aria-rowindex="2"]');
  row?.click();
  await settle();
  await until('finding-panel');
}

async function setDay(day: string): Promise<void> {
  const field = get('waive-until') as HTMLInputElement;
  field.value = day;
  field.dispatchEvent(new Event('change', { bubbles: true }));
  await settle();
}

describe('waiving', () => {
  beforeEach(begin);

  test('says until when and for what, and is signed with Ctrl+Enter alone', async () => {
    await openFinding();
    await click('waive');
    await type('waive-message', 'not reached');
    await ctrlEnter();
    expect(called('waive')).toEqual([]);
    await setDay('2030-12-24');
    expect(get('waive-words').textContent).toContain('until 24 Dec 2030');
    await click('waive-repository');
    expect(get('waive-words').textContent).toContain('every image of');
    get('waive-message').focus();
    await ctrlEnter();
    expect(called('waive')).toMatchObject([
      { until: '2030-12-24', message: 'not reached', repository: true },
    ]);
  });

  test('shows who waived it, and lets it be ended with a reason', async () => {
    await openFinding();
    await click('waive');
    await type('waive-message', 'not reached');
    await setDay(tomorrow());
    get('waive-message').focus();
    await ctrlEnter();
    await until('waived');
    expect(get('waived').textContent).toContain('not reached');
    expect(get('waivers-end').textContent).toContain('again tomorrow, on');
    await click('end-waiver');
    await type('end-waiver-message', 'an exploit is out');
    await ctrlEnter();
    expect(called('end_waiver')).toHaveLength(1);
    await settle();
    expect(query('waived')).toBeNull();
  });

  test('takes no day that has come', async () => {
    await openFinding();
    await click('waive');
    await type('waive-message', 'not reached');
    await setDay('2020-01-01');
    get('waive-message').focus();
    await ctrlEnter();
    expect(called('waive')).toEqual([]);
    expect(get('waive-dialog').textContent).toContain('has to lie ahead');
  });
});

describe('talk', () => {
  beforeEach(begin);

  test('on a finding is anchored to it, and stays beside it and under Activity', async () => {
    await openFinding();
    await type('talk-message', 'is it reached?');
    get('talk-message').focus();
    await ctrlEnter();
    expect(called('talk')).toMatchObject([
      { message: 'is it reached?', on: { kind: 'finding' }, asks: false, answers: null },
    ]);
    await settle();
    expect(get('thread').textContent).toContain('is it reached?');
  });
});

describe('the words of waivers', () => {
  test('name the day and how far it is', () => {
    expect(dayWords('2026-12-24')).toBe('24 Dec 2026');
    expect(endWords({ until: '2026-12-24', days_left: 1 })).toBe('tomorrow, on 24 Dec 2026 (UTC)');
    expect(endWords({ until: '2026-12-24', days_left: 3 })).toBe('in 3 days, on 24 Dec 2026 (UTC)');
  });

  test('take tomorrow as the first day, by UTC', () => {
    expect(tomorrow(Date.UTC(2026, 10, 30, 23, 59))).toBe('2026-12-01');
  });
});
