import { beforeEach, describe, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { click, get, press, query, settle, show, type, until, useSample } from '../../testing';
import { chosenAtFirst, ownWords } from './many';
import { reviews } from './review.svelte';

let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);

describe('several at once', () => {
  beforeEach(async () => {
    host = useSample();
    app.kept.clear();
    queue.kept.clear();
    queue.filter = '';
    router.reset({ screen: 'review' });
    reviews.clear();
    show(App, {});
    await settle();
    await click('many');
    await until('group');
  });

  test('says the common difference once, and lets only what passes go along', () => {
    expect(get('group').textContent).toContain('CVE-2026-20771 in openssl');
    expect(get('many-payments/api')).toMatchObject({ checked: true, disabled: false });
    expect(get('many-payments/worker')).toMatchObject({ checked: false, disabled: true });
    expect(get('approve-many').textContent).toContain('Approve 1');
  });

  test('approves them with one reason and Ctrl+Enter, each with what was seen of it', async () => {
    await press('Enter', { ctrlKey: true });
    expect(called('approve_many')).toEqual([]);
    await type('many-message', 'the base is newer');
    await press('Enter', { ctrlKey: true });
    await settle();
    const [asked] = called('approve_many') as [{ candidates: { seen: string[] }[] }];
    expect(asked.candidates).toHaveLength(1);
    expect(asked.candidates[0]?.seen.length).toBeGreaterThan(0);
    expect(query('many-dialog')).toBeNull();
  });

  test('names what failed and keeps the dialog', async () => {
    host.override('approve_many', ({ candidates }) => ({
      approved: 0,
      failed: 1,
      done: candidates.map(({ image, stage }) => ({
        image,
        stage,
        approved: false,
        message: 'golden was moved while you looked at it',
        failure: 'conflict',
      })),
    }));
    await type('many-message', 'the base is newer');
    await press('Enter', { ctrlKey: true });
    await until('many-failed');
    expect(get('many-failed').textContent).toContain('was moved while you looked');
  });
});

describe('what is its own', () => {
  test('is said in a sentence', () => {
    expect(ownWords({ fixed: [], new: [] })).toBe('');
    expect(ownWords({ fixed: ['a'], new: ['b', 'c', 'd', 'e'] })).toBe(
      'Brings b, c, d and 1 more; also fixes a.',
    );
  });

  test('is not chosen where it brings something', () => {
    const groups = { groups: [], alone: [], problems: [] };
    expect(chosenAtFirst(groups).size).toBe(0);
  });
});
