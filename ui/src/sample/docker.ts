/** What the sample host answers about the engine: images, builds, pushes, tests, scans, health. */
import type { Commands, Error as Failure, HealthRow, Pushes } from '../bindings';
import type { CommandName } from '../lib/host';
import { checkDockerfile, DOCKERFILE, FOLDER, sampleContext, sampleTemplates } from './dockerfile';
import { SampleEngine } from './engine';
import { HOST } from './images';
import { layer, sampleCases, SampleJobs, target, untrusting } from './jobs';
import { daysAgo, digestOf } from './time';

type Answers = {
  [N in keyof Commands]: (args: Commands[N][0]) => Commands[N][1] | Promise<Commands[N][1]>;
};

const cancelled = { code: 'cancelled', message: 'It was stopped.', hint: null } as const;

export class SampleDocker {
  readonly engine: SampleEngine;
  readonly jobs: SampleJobs;
  #files = new Map<string, string>([[`${FOLDER}/Dockerfile`, DOCKERFILE]]);
  #scene: string;

  constructor(scene: string) {
    this.#scene = scene;
    this.engine = new SampleEngine(scene);
    this.jobs = new SampleJobs(scene);
  }

  /** A long command begins: where it is a job, it can be looked at from now on. */
  begin(name: CommandName, args: unknown): void {
    const asked = args as { job?: string; image?: string; to?: string[]; tags?: string[] };
    if (!asked?.job) return;
    if (name === 'build')
      this.jobs.begin(asked.job, 'build', asked.tags?.[0] ?? FOLDER, {
        steps: [
          { number: 1, name: '[1/2] FROM node:20-slim', line: 1, state: 'cached', ...none },
          { number: 2, name: '[2/2] RUN npm ci', line: 6, state: 'running', ...none, seconds: 1 },
        ],
      });
    else if (name === 'push')
      this.jobs.begin(asked.job, 'push', (asked.to ?? []).join(', '), {
        targets: (asked.to ?? []).map((one) => target(one)),
        layers: (asked.to ?? []).map((_, at) =>
          layer('9b1c1f7a2d3e', { target: at, state: 'moving', done: 3_000_000 }),
        ),
      });
    else if (name === 'pull') this.jobs.begin(asked.job, 'pull', asked.image ?? '');
    else if (name === 'smoke') this.jobs.begin(asked.job, 'smoke', asked.image ?? '');
    else if (name === 'scan') this.jobs.begin(asked.job, 'scan', asked.image ?? '');
    else if (name === 'scan_stage') this.jobs.begin(asked.job, 'scan', 'golden');
  }

  /** It came to nothing; a job says why. */
  failed(args: unknown, thrown: unknown): void {
    const { job } = (args ?? {}) as { job?: string };
    if (job) this.jobs.end(job, '', thrown as Failure);
  }

  cancel(job: string): void {
    this.jobs.end(job, '', cancelled);
  }

  answers(): Partial<Answers> {
    const { engine } = this;
    return {
      engine: () => engine.info,
      engines: () => engine.choices(),
      choose_engine: ({ choice }) => engine.choose(choice),
      engine_news: ({ seen }) => engine.news(seen),
      local_images: (asked) => engine.page(asked),
      local_image: (name) => engine.whole(name),
      tag_image: ({ image, names }) => engine.tag(image, names),
      remove_image: ({ image }) => engine.remove(image),
      prune_plan: ({ all }) => {
        const images = engine.prunable(all);
        return {
          images: images.slice(0, 60),
          total: images.length,
          bytes: images.reduce((sum, one) => sum + one.size, 0),
          golden: images.filter((one) => one.golden.length > 0).length,
        };
      },
      prune: ({ all }) => {
        const gone = engine.prunable(all);
        engine.images = engine.images.filter((one) => !gone.includes(one));
        engine.happened();
        return {
          names: gone.flatMap((one) => one.names),
          images: gone.map((one) => one.id),
          bytes: gone.reduce((sum, one) => sum + one.size, 0),
        };
      },
      ...this.#fileAnswers(),
      ...this.#jobAnswers(),
      health: ({ text, offset, limit }) => {
        const rows = sampleHealth(this.#scene).filter((one) => one.repository.includes(text));
        const bad = rows.filter((one) => one.verdict === 'fail').length;
        const message = `${rows.length} golden images; ${bad} would not pass their policy today.`;
        return { rows: rows.slice(offset, offset + limit), total: rows.length, message };
      },
    };
  }

  #fileAnswers(): Partial<Answers> {
    const file = (path: string) => {
      const text = this.#files.get(path) ?? null;
      return { path, text, digest: text === null ? null : digestOf(text) };
    };
    return {
      pick_folder: () => FOLDER,
      pick_dockerfile: () => `${FOLDER}/docker/Dockerfile.prod`,
      dockerfile: ({ path }) => file(path),
      dockerfile_check: checkDockerfile,
      dockerfile_save: ({ path, text, digest }) => {
        if (file(path).digest !== digest)
          throw {
            code: 'conflict',
            message: `${path} was changed by somebody else meanwhile.`,
            hint: 'Read it again and bring your changes in.',
          };
        this.#files.set(path, text);
        return file(path);
      },
      dockerfile_templates: () => sampleTemplates,
      build_context: sampleContext,
    };
  }

  #jobAnswers(): Partial<Answers> {
    const { engine, jobs } = this;
    return {
      jobs: ({ kinds }) => jobs.rows(kinds),
      job: (asked) => jobs.view(asked),
      build: (asked) => {
        const made = engine.add(asked.tags[0] ?? 'untagged:latest');
        jobs.change(asked.job, ({ view }) => {
          view.image = made.id;
          view.names = asked.tags;
        });
        jobs.end(asked.job, 'Built in 4.2 s.');
        const id = made.id;
        const tags = asked.tags;
        return { id, tags, cached: 1, steps: 2, warnings: [], seconds: 4.2, builder: 'BuildKit' };
      },
      push: (asked) => this.#pushed(asked.job, asked.to),
      pull: (asked) => {
        const made = engine.add(asked.image);
        jobs.end(asked.job, `Pulled ${asked.image}.`);
        return { image: asked.image, digest: digestOf(asked.image), id: made.id };
      },
      smoke_spec: (text) =>
        text.includes('exit_code')
          ? { problem: 'line 1: unknown field `exit_code`, expected `exit-code`', checks: [] }
          : { problem: null, checks: sampleCases.map((one) => one.name) },
      smoke: (asked) => {
        jobs.change(asked.job, ({ view }) => (view.cases = sampleCases));
        jobs.end(asked.job, '3 checks, 1 not passed.');
        return {
          image: asked.image,
          digest: digestOf(asked.image),
          cases: sampleCases,
          passed: false,
          output: 'listening on 8080',
          attached: asked.attach ? digestOf('statement') : null,
          seconds: 22,
        };
      },
      ...this.#scanAnswers(),
    };
  }

  #scanAnswers(): Partial<Answers> {
    const found = [{ name: 'trivy', version: '0.58.1', path: '/usr/bin/trivy' }];
    const hint =
      'Install Trivy (trivy.dev) or Grype (github.com/anchore/grype), so that it is in PATH; or drop a report on the review.';
    return {
      scanners: () => (this.#scene === 'no-scanner' ? { found: [], hint } : { found, hint: null }),
      scan: (asked) => {
        const message = '9 findings, 2 of them high; 7 have a fix.';
        this.jobs.end(asked.job, message);
        return {
          image: asked.image,
          digest: digestOf(asked.image),
          scanner: 'trivy 0.58.1',
          message,
          critical: 0,
          high: 2,
          medium: 3,
          low: 4,
          unknown: 0,
          fixable: 7,
          attached: asked.attach ? digestOf('report') : null,
        };
      },
      scan_stage: (asked) => {
        const rows = sampleHealth(this.#scene);
        const message = '4 images scanned; 1 is worse than before.';
        this.jobs.end(asked.job, message);
        return { rows, message, worse: true };
      },
    };
  }

  #pushed(job: string, to: string[]): Pushes {
    const targets = to.map((name) => {
      const base = target(name);
      if (base.host === 'untrusted.example.com')
        return { ...base, login: null, problem: untrusting };
      return { ...base, digest: digestOf(name), size: 1874, verified: true };
    });
    this.jobs.change(job, ({ view }) => {
      view.targets = targets;
      view.layers = view.layers.map((one) =>
        targets[one.target]?.problem
          ? { ...one, state: 'waiting', done: 0 }
          : { ...one, state: 'done', done: one.total ?? 0 },
      );
    });
    const [first] = targets;
    const problem = targets.length === 1 ? (first?.problem ?? null) : null;
    const arrived = targets.filter((one) => one.problem === null).length;
    this.jobs.end(job, `${arrived} of ${targets.length} targets have it.`, problem);
    if (problem) throw problem;
    return { targets, all: arrived === targets.length };
  }
}

const none = { seconds: null, lines: 0, done: null, total: null };

function sampleHealth(scene: string): HealthRow[] {
  if (scene === 'empty') return [];
  const health = (name: string, over: Partial<HealthRow>): HealthRow => ({
    repository: `${HOST}/${name}`,
    tag: 'golden',
    digest: digestOf(`${name} golden`),
    version: '2.8.0',
    stage: 'golden',
    verdict: 'pass',
    reason: 'Every check passes.',
    scanned: daysAgo(1),
    critical: 0,
    high: 0,
    fixable: 0,
    days_left: null,
    problem: null,
    ...over,
  });
  return [
    health('payments/ledger', {
      version: '5.0.2',
      verdict: 'fail',
      reason: 'CVE-2026-31337 (critical) has had a fix for 19 days; 14 are allowed.',
      critical: 1,
      high: 2,
      fixable: 3,
      days_left: -5,
    }),
    health('web/storefront', {
      verdict: null,
      reason: '',
      problem: 'registry.example.com does not answer.',
      scanned: null,
    }),
    health('payments/api', {
      verdict: 'warn',
      reason: '2 high findings have a fix.',
      high: 2,
      fixable: 2,
      days_left: 9,
      scanned: daysAgo(26),
    }),
    health('platform/base-debian', { version: '12.9' }),
  ];
}
