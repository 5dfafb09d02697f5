/** Jobs of the sample engine: one build that runs, one that failed, a push on its way, and tests. */
import type {
  AskJob,
  Error as Failure,
  JobKind,
  JobRow,
  JobStep,
  JobView,
  LayerRow,
  LogLine,
  PushTarget,
  SmokeCase,
} from '../bindings';
import { HOST } from './images';
import { digestOf, hoursAgo } from './time';

const MB = 1_000_000;

const row = (job: string, kind: JobKind, title: string, over: Partial<JobRow> = {}): JobRow => ({
  job,
  kind,
  title,
  state: 'running',
  started: hoursAgo(0.01),
  ended: null,
  message: '',
  ...over,
});

const step = (number: number, name: string, over: Partial<JobStep> = {}): JobStep => ({
  number,
  name,
  line: null,
  state: 'done',
  seconds: 0.4,
  lines: 0,
  done: null,
  total: null,
  ...over,
});

const line = (step: number, text: string, error = false): LogLine => ({ step, text, error });

export interface SampleJob {
  number: number;
  view: Omit<JobView, 'number' | 'log'>;
  log: LogLine[];
}

const job = (
  own: JobRow,
  over: Partial<SampleJob['view']> = {},
  log: LogLine[] = [],
): SampleJob => ({
  number: 1,
  view: {
    row: own,
    steps: [],
    layers: [],
    targets: [],
    cases: [],
    sent: 0,
    problem: null,
    problem_line: null,
    warnings: [],
    image: null,
    names: [],
    ...over,
  },
  log,
});

export const layer = (id: string, over: Partial<LayerRow> = {}): LayerRow => ({
  target: 0,
  id,
  state: 'done',
  done: 12 * MB,
  total: 12 * MB,
  from: null,
  ...over,
});

export const target = (name: string, over: Partial<PushTarget> = {}): PushTarget => ({
  name,
  host: name.split('/')[0] ?? '',
  login: 'ines',
  digest: null,
  size: null,
  verified: false,
  problem: null,
  ...over,
});

export const untrusting: Failure = {
  code: 'engine-untrusting',
  message: 'The engine does not trust the certificate of untrusted.example.com.',
  hint: 'Put its certificate authority at /etc/docker/certs.d/untrusted.example.com/ca.crt on the engine’s machine; no restart is needed.',
};

export const sampleCases: SmokeCase[] = [
  { name: 'does not run as root', verdict: 'passed', reason: 'It runs as 10001.', seconds: 0.01 },
  { name: 'becomes healthy', verdict: 'passed', reason: 'Healthy after 1.8 s.', seconds: 1.8 },
  {
    name: 'answers 200 on port 8080/health',
    verdict: 'failed',
    reason: 'It answered 503 until the time was over.',
    seconds: 20.1,
  },
];

const npm = Array.from({ length: 40 }, (_, at) => line(4, `added package-${at} in ${at + 3} ms`));

function running(): SampleJob {
  return job(
    row('build-sample-1', 'build', 'shop/cart:1.6'),
    {
      sent: 3.4 * MB,
      steps: [
        step(1, '[internal] load build definition from Dockerfile', { seconds: 0.02 }),
        step(2, '[build 1/4] FROM node:20-slim', { line: 1, state: 'cached', seconds: null }),
        step(3, '[build 2/4] COPY package.json package-lock.json ./', { line: 3 }),
        step(4, '[build 3/4] RUN npm ci', { line: 4, state: 'running', seconds: 12.4, lines: 40 }),
        step(5, '[build 4/4] COPY . .', { line: 5, state: 'waiting', seconds: null }),
      ],
    },
    [line(4, '<img src=x onerror=alert(1)> is only text'), ...npm, line(4, 'npm warn old', true)],
  );
}

function failed(): SampleJob {
  return job(
    row('build-sample-2', 'build', 'shop/search:0.9', {
      state: 'failed',
      started: hoursAgo(1.2),
      ended: hoursAgo(1.19),
      message: 'RUN make test ended with code 2.',
    }),
    {
      steps: [
        step(1, '[1/3] FROM debian:12-slim', { line: 1, state: 'cached', seconds: null }),
        step(2, '[2/3] COPY . /src', { line: 3 }),
        step(3, '[3/3] RUN make test', { line: 4, state: 'failed', seconds: 8.1, lines: 2 }),
      ],
      problem: {
        code: 'build-failed',
        message: 'RUN make test ended with code 2.',
        hint: 'The step’s own log says why.',
      },
      problem_line: 4,
      warnings: [
        {
          line: 2,
          message: 'JSONArgsRecommended: use JSON for CMD',
          url: 'https://docs.docker.com/',
        },
      ],
    },
    [line(3, 'make: *** [test] Error 2', true), line(3, '2 tests failed', true)],
  );
}

function pushing(): SampleJob {
  return job(
    row('push-sample-3', 'push', `${HOST}/payments/api:2.8.1`, { started: hoursAgo(0.02) }),
    {
      targets: [
        target(`${HOST}/payments/api:2.8.1`, {
          login: null,
          digest: digestOf('payments/api 2.8.1'),
          size: 1874,
          verified: true,
        }),
        target('registry.example.com/payments/api:2.8.1'),
      ],
      layers: [
        layer('5f70bf18a086', { state: 'there', done: 0, total: null }),
        layer('9b1c1f7a2d3e'),
        layer('5f70bf18a086', { target: 1, state: 'there', done: 0, total: null }),
        layer('9b1c1f7a2d3e', { target: 1, state: 'mounted', from: 'payments/base' }),
        layer('c0ffee12ab34', { target: 1, state: 'moving', done: 31 * MB, total: 84 * MB }),
        layer('d1d2d3d4d5d6', { target: 1, state: 'waiting', done: 0, total: 2 * MB }),
      ],
    },
  );
}

function tested(): SampleJob {
  return job(
    row('smoke-sample-4', 'smoke', `${HOST}/payments/api:2.8.1`, {
      state: 'done',
      started: hoursAgo(3),
      ended: hoursAgo(2.99),
      message: '3 checks, 1 not passed.',
    }),
    { cases: sampleCases },
    [line(0, 'listening on 8080')],
  );
}

export class SampleJobs {
  readonly all: Map<string, SampleJob>;
  #waiting: (() => void)[] = [];

  constructor(scene: string) {
    const list = scene === 'empty' ? [] : [running(), pushing(), failed(), tested()];
    this.all = new Map(list.map((one) => [one.view.row.job, one]));
  }

  rows(kinds: JobKind[]): JobRow[] {
    const rows = [...this.all.values()].map((one) => one.view.row);
    const kept = rows.filter((one) => kinds.length === 0 || kinds.includes(one.kind));
    return kept.sort((a, b) => b.started.localeCompare(a.started));
  }

  async view(asked: AskJob): Promise<JobView> {
    const found = this.all.get(asked.job);
    if (!found) throw { code: 'not-found', message: `there is no job ${asked.job}`, hint: null };
    const news = asked.seen !== found.number || found.view.row.state !== 'running';
    if (!news) await new Promise<void>((go) => this.#waiting.push(go));
    const log = found.log.filter((one) => asked.step === null || one.step === asked.step);
    const from = Math.min(asked.log_from, log.length);
    return {
      ...structuredClone(found.view),
      number: found.number,
      log: { from, lines: log.slice(from, from + 500), total: log.length, dropped: 0 },
    };
  }

  begin(name: string, kind: JobKind, title: string, over: Partial<SampleJob['view']> = {}): void {
    const started = new Date().toISOString();
    this.all.set(name, job(row(name, kind, title, { started }), over));
    this.#tell();
  }

  change(name: string, change: (one: SampleJob) => void): void {
    const found = this.all.get(name);
    if (!found) return;
    change(found);
    found.number += 1;
    this.#tell();
  }

  end(name: string, message: string, problem: Failure | null = null): void {
    this.change(name, ({ view }) => {
      const stopped = problem?.code === 'cancelled';
      view.row = {
        ...view.row,
        state: stopped ? 'cancelled' : problem ? 'failed' : 'done',
        ended: new Date().toISOString(),
        message: stopped ? 'It was stopped.' : (problem?.message ?? message),
      };
      view.problem = stopped ? null : problem;
      const over = stopped ? 'cancelled' : 'done';
      for (const one of view.steps) if (one.state === 'running') one.state = over;
    });
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach((go) => go());
  }
}
