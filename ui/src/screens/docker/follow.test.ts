import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AskJob, JobView, LogLine } from '../../bindings';
import type { SampleHost } from '../../sample';
import { failure, useSample } from '../../testing';
import { Follow } from './follow.svelte';
import { PAGE, Pages } from './rows.svelte';

const JOB = 'build-sample-1';
let host: SampleHost;
let stop: () => void = () => undefined;
const asked = () => host.calls.filter(([name]) => name === 'job').map(([, args]) => args as AskJob);
const lines = (many: number): LogLine[] =>
  Array.from({ length: many }, (_, at) => ({ step: 4, text: `line ${at}`, error: false }));

function logOf(many: number): void {
  host.docker.jobs.change(JOB, (job) => (job.log = lines(many)));
}

beforeEach(() => {
  host = useSample();
});
afterEach(() => stop());

describe('a job that is followed', () => {
  test('begins with the end of its log, however long it is', async () => {
    logOf(2_000);
    const follow = new Follow(JOB);
    stop = follow.start();
    await vi.waitFor(() => expect(follow.lines).toHaveLength(300));
    expect([follow.first, follow.total]).toEqual([1_700, 2_000]);
    expect(follow.lines[0]?.text).toBe('line 1700');
  });

  test('waits for news, and takes in each line once', async () => {
    logOf(10);
    const follow = new Follow(JOB);
    stop = follow.start();
    await vi.waitFor(() => expect(follow.lines).toHaveLength(10));
    const before = asked().length;
    logOf(14);
    await vi.waitFor(() => expect(follow.lines).toHaveLength(14));
    expect(follow.lines.map((one) => one.text)).toEqual(lines(14).map((one) => one.text));
    expect(asked()[before - 1]).toMatchObject({ log_from: 10 });
    expect(asked().length).toBeLessThanOrEqual(before + 2);
  });

  test('fetches earlier lines where somebody asks', async () => {
    logOf(1_000);
    const follow = new Follow(JOB);
    stop = follow.start();
    await vi.waitFor(() => expect(follow.first).toBe(700));
    await vi.waitFor(() => expect(follow.lines).toHaveLength(300));
    await follow.earlier();
    expect([follow.first, follow.lines.length]).toEqual([400, 600]);
    expect(follow.lines[0]?.text).toBe('line 400');
  });

  test('asks no more once it ended, or once somebody left', async () => {
    const follow = new Follow('build-sample-2');
    stop = follow.start();
    await vi.waitFor(() => expect(follow.lines).toHaveLength(2));
    const before = asked().length;
    await new Promise((done) => setTimeout(done, 50));
    expect(asked()).toHaveLength(before);
    expect(follow.running).toBe(false);
  });

  test('is asked for again where the workspace was left meanwhile', async () => {
    let first = true;
    host.override('job', (ask): Promise<JobView> => {
      if (first) {
        first = false;
        throw failure('cancelled');
      }
      return host.docker.jobs.view(ask);
    });
    const follow = new Follow(JOB);
    stop = follow.start();
    await vi.waitFor(() => expect(follow.view).not.toBeNull());
    expect(follow.failure).toBeNull();
  });

  test('that there is none of says so, once it had time to begin', async () => {
    const follow = new Follow('build-of-nobody', Date.now() - 60_000);
    stop = follow.start();
    await vi.waitFor(() => expect(follow.failure?.code).toBe('not-found'));
  });
});

describe('rows in pages', () => {
  const answer = (total: number, offset: number) => ({
    rows: Array.from({ length: Math.min(PAGE, total - offset) }, (_, at) => offset + at),
    total,
  });

  test('are fetched as they are seen, each page once', async () => {
    const read = vi.fn(async (offset: number) => answer(500, offset));
    const pages = new Pages(read);
    await pages.look();
    await pages.seen(100, 130);
    await pages.seen(100, 130);
    expect(read.mock.calls.map(([offset]) => offset)).toEqual([0, 60, 120]);
    expect([pages.at(125), pages.at(400)]).toEqual([125, undefined]);
    expect(pages.indexOf((row) => row === 70)).toBe(70);
  });

  test('stand while newer ones are fetched, and after that failed', async () => {
    let fails = false;
    const pages = new Pages(async (offset: number) => {
      if (fails) throw failure('engine-lost');
      return answer(3, offset);
    });
    await pages.look();
    fails = true;
    await pages.look();
    expect([pages.at(2), pages.failure?.code]).toEqual([2, 'engine-lost']);
  });

  test('of an earlier question never take the place of later ones', async () => {
    const answers: ((value: { rows: number[]; total: number }) => void)[] = [];
    const pages = new Pages<number, { rows: number[]; total: number }>(
      () => new Promise((done) => answers.push(done)),
    );
    const first = pages.look();
    const second = pages.look();
    answers[1]?.({ rows: [2], total: 1 });
    answers[0]?.({ rows: [1], total: 1 });
    await Promise.all([first, second]);
    expect(pages.at(0)).toBe(2);
  });
});
