import { describe, expect, test } from 'vitest';
import { failure } from '../testing';
import { Kept } from './kept.svelte';

interface Answer {
  promise: Promise<string>;
  resolve: (value: string) => void;
  reject: (reason: unknown) => void;
}

function asked(): { kept: Kept<string>; answers: Answer[] } {
  const answers: Answer[] = [];
  const kept = new Kept<string>(() => {
    let resolve!: (value: string) => void;
    let reject!: (reason: unknown) => void;
    const promise = new Promise<string>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    answers.push({ promise, resolve, reject });
    return promise;
  });
  return { kept, answers };
}

describe('a kept value', () => {
  test('stands while it is read anew', async () => {
    const { kept, answers } = asked();
    kept.set('old');
    const again = kept.refresh();
    expect(kept.value).toBe('old');
    expect(kept.loading).toBe(true);
    answers[0]?.resolve('new');
    await again;
    expect(kept.value).toBe('new');
    expect(kept.loading).toBe(false);
  });

  test('stands when reading it anew fails, and says so', async () => {
    const { kept, answers } = asked();
    kept.set('old');
    const again = kept.refresh();
    answers[0]?.reject(failure('unreachable'));
    await again;
    expect(kept.value).toBe('old');
    expect(kept.failure?.code).toBe('unreachable');
  });

  test('is the answer to the later question, in whatever order they come', async () => {
    const { kept, answers } = asked();
    const first = kept.refresh();
    const second = kept.refresh();
    answers[1]?.resolve('second');
    await second;
    answers[0]?.resolve('first');
    await first;
    expect(kept.value).toBe('second');
  });

  test('that was forgotten is not brought back by a late answer', async () => {
    const { kept, answers } = asked();
    const late = kept.refresh();
    kept.clear();
    answers[0]?.resolve('of the other workspace');
    await late;
    expect(kept.value).toBeNull();
    expect(kept.starting).toBe(true);
  });

  test('shows what was thrown that is no failure as a fault of our own', async () => {
    const kept = new Kept<string>(() => Promise.reject(new TypeError('x is undefined')));
    await kept.refresh();
    expect(kept.failure).toEqual({ code: 'internal', message: 'x is undefined', hint: null });
  });
});
