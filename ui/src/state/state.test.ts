import { describe, expect, test, vi } from 'vitest';
import { sampleHost } from '../sample';
import { failure, useSample } from '../testing';
import { homePlace } from './app.svelte';
import { groupsOf, matches, neighbour } from './queue.svelte';
import { router } from './router.svelte';
import { tasks } from './tasks.svelte';
import { toast } from './toast.svelte';

const queue = await sampleHost('', 0).call('queue');

describe('the list', () => {
  test('keeps what matches every word, whatever part of it', () => {
    const [group] = groupsOf(queue, 'golden WORKER');
    expect(group?.items.map((one) => one.repository)).toEqual(['payments/worker']);
    expect(groupsOf(queue, 'nothing like it')).toEqual([]);
  });

  test('finds an image by the beginning of its digest', () => {
    const [first] = queue.waiting;
    expect(first && matches(first, first.digest.slice(0, 15))).toBe(true);
  });

  test('stands oldest first', () => {
    const since = queue.waiting.map((one) => one.since);
    expect(since).toEqual([...since].sort());
  });

  test('is walked from neighbour to neighbour and stops at its ends', () => {
    const [first, second] = queue.waiting;
    expect(neighbour(queue.waiting, undefined, undefined, 1)).toBe(first);
    expect(neighbour(queue.waiting, first?.image, first?.stage, 1)).toBe(second);
    expect(neighbour(queue.waiting, first?.image, first?.stage, -1)).toBe(first);
    expect(neighbour([], undefined, undefined, 1)).toBeUndefined();
  });
});

describe('the home screen', () => {
  test('follows what one came to do', () => {
    expect(homePlace('approve').screen).toBe('review');
    expect(homePlace('audit').screen).toBe('history');
  });
});

describe('the router', () => {
  test('goes back over what was gone to, not over what a screen chose itself', () => {
    router.reset({ screen: 'review' });
    router.settle({ screen: 'review', image: 'a' });
    router.go({ screen: 'history' });
    router.back();
    expect(router.place).toEqual({ screen: 'review', image: 'a' });
    router.back();
    expect(router.place).toEqual({ screen: 'review', image: 'a' });
  });
});

describe('the toast', () => {
  test('is one: the newer takes the place of the older, with its whole time', () => {
    vi.useFakeTimers();
    toast.show({ tone: 'info', text: 'first' });
    vi.advanceTimersByTime(6_000);
    toast.show({ tone: 'info', text: 'second' });
    vi.advanceTimersByTime(6_000);
    expect(toast.message?.text).toBe('second');
    vi.advanceTimersByTime(2_000);
    expect(toast.message).toBeNull();
    vi.useRealTimers();
  });
});

describe('a task', () => {
  const asked = { image: 'h/r@sha256:0', stage: 'golden', dry_run: false };

  test('is listed while it runs and tells how far it is', async () => {
    const host = useSample();
    host.override('promote', () => {
      throw failure('conflict');
    });
    const { task, reply } = tasks.start('promote', asked, 'Move golden');
    expect(tasks.running).toContain(task);
    await expect(reply).rejects.toMatchObject({ code: 'conflict' });
    expect(task.step).not.toBe('');
    expect(tasks.running).toEqual([]);
  });

  test('whose page was left says in a message how it failed', async () => {
    const host = useSample();
    host.override('promote', () => {
      throw failure('conflict', 'golden was moved.');
    });
    const { task, reply } = tasks.start('promote', asked, 'Move golden');
    task.watched = false;
    await expect(reply).rejects.toMatchObject({ code: 'conflict' });
    expect(toast.message?.text).toBe('Move golden: golden was moved.');
    toast.close();
  });

  test('can be cancelled', async () => {
    useSample();
    const { task, reply } = tasks.start('promote', asked, 'Move golden');
    await task.cancel();
    await expect(reply).rejects.toMatchObject({ code: 'cancelled' });
  });
});
