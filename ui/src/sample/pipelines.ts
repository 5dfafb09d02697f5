/** Lines of the sample team, and what its editor is told. */
import type {
  DraftLine,
  LineInfo,
  LineStage,
  Lines,
  PipelineFile,
  PipelineProblem,
  PipelinesCheck,
  PipelinesDraft,
  PipelinesText,
  Stands,
} from '../bindings';
import { HOST } from './images';
import { daysAgo, digestOf } from './time';

const PROD = 'prod.example.com';
const FILE: PipelineFile = {
  repositories: `${HOST}/payments/*`,
  stages: [
    { name: 'dev', tags: ['dev'] },
    { name: 'qa', target: `${HOST}/qa/{name}`, tags: ['qa'], after: 'dev' },
    {
      name: 'golden',
      target: `${PROD}/golden/{path}`,
      tags: ['prod', '{version}-golden'],
      after: 'qa',
    },
  ],
};

let written: PipelineFile[] = [FILE];

function textOf(pipelines: PipelineFile[]): string {
  const stage = (one: PipelineFile['stages'][number]) =>
    [
      '',
      '[[pipelines.stages]]',
      `name = "${one.name}"`,
      ...(one.target ? [`target = "${one.target}"`] : []),
      `tags = [${one.tags.map((tag) => `"${tag}"`).join(', ')}]`,
      ...(one.after ? [`after = "${one.after}"`] : []),
      ...(one.immutable ? ['immutable = true'] : []),
    ].join('\n');
  const pipeline = (one: PipelineFile) =>
    ['[[pipelines]]', `repositories = "${one.repositories}"`, ...one.stages.map(stage)].join('\n');
  return `${pipelines.map(pipeline).join('\n\n')}\n`;
}

export function pipelinesText(): PipelinesText {
  return {
    text: textOf(written),
    pipelines: written,
    source: '/home/ines/.local/share/hallmark/workspace.toml',
    read_only: null,
  };
}

function lineDifference(before: string, after: string): DraftLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const gone = old.filter((line) => !now.includes(line));
  return [
    ...gone.map((text): DraftLine => ({ change: 'removed', text })),
    ...now.map((text): DraftLine => ({ change: old.includes(text) ? 'same' : 'added', text })),
  ];
}

export function pipelinesCheck(draft: PipelinesDraft): PipelinesCheck {
  const pipelines = draft.pipelines ?? written;
  const problems: PipelineProblem[] = [];
  pipelines.forEach((pipeline, at) => {
    const wrong = (stage: number | null, field: string, message: string) =>
      problems.push({ pipeline: at, stage, field, message, line: null });
    if (!pipeline.repositories.includes('/'))
      wrong(null, 'repositories', `“${pipeline.repositories}” names no repository`);
    pipeline.stages.forEach((stage, nth) => {
      const unknown = /\{(?!version\})[^}]*\}/.exec(stage.tags.join(' '));
      if (unknown) wrong(nth, 'tags', `“${unknown[0]}” is no placeholder here; {version} is`);
    });
  });
  return {
    text: textOf(pipelines),
    problems,
    previews: pipelines.map((pipeline, at) => ({
      pipeline: at,
      sentences: pipeline.stages.map(
        (stage) =>
          `For payments/api 1.2.3, ${stage.name} places ${stage.tags.join(' and ').replaceAll('{version}', '1.2.3')} at ${(stage.target ?? `${HOST}/payments/api`).replace('{name}', 'api').replace('{path}', 'payments/api')}.`,
      ),
    })),
    difference: lineDifference(textOf(written), textOf(pipelines)),
  };
}

export function pipelinesSave(draft: PipelinesDraft): PipelinesText {
  written = draft.pipelines ?? written;
  return pipelinesText();
}

function stands(name: string, version: string, days: number, over: Partial<Stands> = {}): Stands {
  const digest = digestOf(`${name} ${version}`);
  return {
    image: `${HOST}/${name}@${digest}`,
    digest,
    version,
    since: daysAgo(days),
    by: 'ines',
    created: daysAgo(days + 1.5),
    scanned: daysAgo(days / 3),
    revoked: false,
    ...over,
  };
}

function stage(line: string, name: string, over: Partial<LineStage> = {}): LineStage {
  return {
    name,
    repository: `${HOST}/${line}`,
    elsewhere: false,
    tags: [name],
    after: null,
    immutable: false,
    stands: null,
    drift: null,
    refused: null,
    problem: null,
    ...over,
  };
}

function line(name: string, stages: LineStage[], pattern: string | null = null): LineInfo {
  const repository = `${HOST}/${name}`;
  return { repository, host: HOST, name, pattern, stages, read_at: daysAgo(0.01) };
}

function payments(name: string, at: [string, string, string]): LineInfo {
  const path = `payments/${name}`;
  const golden = {
    repository: `${PROD}/golden/${path}`,
    elsewhere: true,
    tags: ['prod', '{version}-golden'],
    after: 'qa',
    stands: stands(path, at[2], 31, { scanned: daysAgo(26) }),
  };
  return line(
    path,
    [
      stage(path, 'dev', { stands: stands(path, at[0], 0.2, { scanned: null }) }),
      stage(path, 'qa', {
        repository: `${HOST}/qa/${name}`,
        elsewhere: true,
        after: 'dev',
        stands: stands(path, at[1], 4),
      }),
      stage(path, 'golden', golden),
    ],
    `${HOST}/payments/*`,
  );
}

export function sampleLines(scene: string): Lines {
  if (scene === 'empty') return { lines: [], problems: [] };
  const ledger = payments('ledger', ['5.1.0', '5.0.2', '5.0.2']);
  const third = ledger.stages[2];
  if (third) {
    third.drift =
      'prod names 7c1e0a90f3b2, and ines placed 31d0c2a7e511 there on 12 Oct 2026 UTC: it was moved by hand';
    if (third.stands) third.stands = { ...third.stands, since: null, by: null };
  }
  const web = line('shop/web', [
    stage('shop/web', 'dev', { stands: stands('shop/web', '12.0.0', 0.1) }),
    stage('shop/web', 'qa'),
    stage('shop/web', 'golden', {
      refused: { at: daysAgo(1), message: 'promote: the policy of golden says no. Tests: 3 fail' },
    }),
  ]);
  const base = line('base/alpine', [
    stage('base/alpine', 'golden', {
      tags: ['{version}-golden'],
      immutable: true,
      repository: `${PROD}/base/alpine`,
      elsewhere: true,
      problem: 'prod.example.com wants a login for base/alpine, or it does not exist.',
    }),
  ]);
  const many = Array.from({ length: scene === 'many' ? 300 : 0 }, (_, at) =>
    payments(`service-${at}`, ['1.4.0', '1.3.9', '1.3.8']),
  );
  const lines = [base, payments('api', ['2.8.1', '2.8.1', '2.8.0']), ledger, web, ...many];
  return { lines, problems: [] };
}
