/** What the sample host answers to each command. */
import { sampleGroups, sampleWaiver, talked } from './aside';
import type { Commands } from '../bindings';
import { HOST } from './images';
import { ENTRIES, historyEntry, historyPage, sampleProblems } from './past';
import { samplePolicy, sampleTeam } from './people';
import { pipelinesCheck, pipelinesSave, pipelinesText, sampleLines } from './pipelines';
import { browseAnswers } from './browse';
import type { SampleDocker } from './docker';
import { findAnswers } from './find';
import { hearAnswers } from './hear';
import { differenceAnswers } from './difference';
import { goldenAnswers } from './golden';
import {
  guessKind,
  noLogin,
  sampleHandOver,
  sampleImport,
  sampleKinds,
  sampleLogin,
  sampleRegistries,
  sampleRegistry,
  sampleTest,
} from './registries';
import { evidenceOf } from './review';
import { findingsPage, testsPage, wholeFinding, wholeTest } from './rows';
import { practiceState, type Team } from './team';
import { policyCheck, policyTry } from './policy';
import { daysAgo, digestOf } from './time';

export type Answers = {
  [N in keyof Commands]: (args: Commands[N][0]) => Commands[N][1] | Promise<Commands[N][1]>;
};

const PEM =
  '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n';

const unreachable = {
  code: 'unreachable',
  message: 'registry.example.com does not answer on port 443.',
  hint: 'Are you on the company network? The list shows what was last known.',
};

export function answers(team: Team, docker: SampleDocker, scene: string): Answers {
  return {
    ...workspaceAnswers(team, scene),
    ...reviewAnswers(team, scene),
    ...registryAnswers(scene),
    ...pipelineAnswers(scene),
    ...browseAnswers(),
    ...goldenAnswers(scene),
    ...findAnswers(scene),
    ...historyAnswers(scene),
    ...docker.answers(),
    ...hearAnswers(team),
  } as Answers;
}

function workspaceAnswers(team: Team, scene: string): Partial<Answers> {
  const state = () => team.state;
  return {
    app_state: state,
    status: () => ({
      keyring: team.state.keyring,
      registries:
        team.samples.length === 0
          ? []
          : scene === 'broken'
            ? [
                {
                  host: 'registry.example.com',
                  state: 'failing',
                  problem: unreachable.message,
                  tried_at: daysAgo(0),
                },
              ]
            : [{ host: HOST, state: 'ok', problem: null, tried_at: daysAgo(0) }],
      history: {
        entries: ENTRIES,
        verified_to: ENTRIES,
        verified_at: daysAgo(0.002),
        problem: null,
      },
      open_intents: scene === 'marks' ? 1 : 0,
      drifted: scene === 'marks' ? 1 : 0,
    }),
    first_run: (asked) => {
      if (team.state.keyring.state !== 'ok')
        throw { code: 'keyring-locked', message: team.state.keyring.problem, hint: null };
      team.state = {
        ...team.state,
        first_run: false,
        home_screen: asked.home_screen,
        me: { name: asked.name, key_id: `b7e0${'08'.repeat(30)}`, roles: ['owner'] },
      };
      return team.state;
    },
    choose_store: (asked) => {
      const place = asked.store === 'memory' ? 'this session’s memory' : 'a passphrase file';
      team.state = {
        ...team.state,
        keyring: { state: 'ok', place, store: asked.store, problem: null },
      };
      return team.state;
    },
    retry_keyring: () => team.state.keyring,
    set_appearance: (appearance) => (team.state = { ...team.state, appearance }),
    set_home_screen: (home_screen) => (team.state = { ...team.state, home_screen }),
    switch_workspace: state,
    open_practice: () => (team.state = practiceState(team.state.appearance)),
    remove_practice: state,
    policy: () => samplePolicy(team.state.workspace.policy_file),
    policy_check: (draft) => policyCheck(draft),
    policy_try: () => policyTry(),
    policy_save: (draft) => ({
      ...samplePolicy(team.state.workspace.policy_file),
      text: draft.text,
    }),
    tick: (asked) => ({
      image: asked.image,
      evidence: [digestOf(asked.check)],
      statements: [digestOf(`tick ${asked.check}`)],
      warnings: [],
    }),
    workspace_show: () => (scene === 'team' ? sampleTeam() : null),
    workspace_init: () => sampleTeam(1),
    workspace_join: () => sampleTeam(),
    member_add: (asked) => sampleTeam(8, [asked]),
    public_key: () => PEM,
    settle: () => [
      {
        repository: `${HOST}/payments/api`,
        stage: 'golden',
        digest: digestOf('payments/api 2.8.0'),
        outcome: 'recorded',
        message:
          'The promotion of payments/api 2.8.0 had reached the registry and is recorded now.',
      },
    ],
    open_link: () => null,
  };
}

function reviewAnswers(team: Team, scene: string): Partial<Answers> {
  return {
    queue: () => {
      if (scene === 'broken') throw unreachable;
      return team.queue();
    },
    review: (asked) => team.review(asked.image),
    tests_page: (query) => testsPage(team.find(query.image), query),
    test_row: (query) => wholeTest(team.find(query.image), query),
    finding_row: (query) => wholeFinding(team.find(query.image), query),
    leave_review: () => null,
    findings_page: (query) => findingsPage(team.find(query.image), query),
    ...differenceAnswers(team),
    report_text: (asked) => ({
      text: Array.from(
        { length: 200 },
        (_, at) =>
          `    <testcase classname="RefundQueue" name="case ${asked.line + at}" time="0.031"/>`,
      ).join('\n'),
      first_line: asked.line,
      lines: 3900,
    }),
    pick_reports: () => ['/home/ines/Downloads/smoke-tests.xml'],
    attach: (asked) => {
      const sample = team.find(asked.image);
      const [first] = evidenceOf(sample);
      const name = asked.files[0]?.split('/').at(-1) ?? '';
      if (first)
        team.standing(sample).attached.unshift({
          ...first,
          name,
          digest: digestOf(name),
          counts: true,
          why_not: null,
        });
      return {
        image: asked.image,
        evidence: [digestOf(name)],
        statements: [digestOf(`s${name}`)],
        warnings: [],
      };
    },
    approve: (asked) => {
      const sample = team.find(asked.image);
      const statement = team.decide('approve', asked);
      const last = team.review(asked.image).standing.approvals >= (sample.needed ?? 1);
      return {
        statement,
        image: asked.image,
        stage: asked.stage,
        message: 'Approved.',
        promotion: asked.promote && last ? team.promote(sample, false) : null,
      };
    },
    request_changes: (asked) => decided(team, 'request-changes', asked),
    comment: (asked) => decided(team, 'comment', asked),
    withdraw: (asked) => decided(team, 'withdraw', asked),
    ...talkAnswers(team),
    promote: (asked) => team.promote(team.find(asked.image), asked.dry_run),
    rollback_targets: () => [
      {
        digest: digestOf('payments/api 2.7.4'),
        version: '2.7.4',
        promoted_at: daysAgo(58),
        by: 'ines',
      },
      {
        digest: digestOf('payments/api 2.7.3'),
        version: '2.7.3',
        promoted_at: daysAgo(90),
        by: 'tom',
      },
    ],
    rollback: (asked) => {
      const [first] = team.samples;
      if (!first) throw unreachable;
      const to = asked.to ?? first.digest;
      const promotion = team.promote(first, true);
      return {
        ...promotion,
        digest: to,
        dry_run: asked.dry_run,
        tags: [asked.stage],
        moves: [{ tag: asked.stage, from: digestOf('payments/api 2.8.0'), to }],
        message: `${asked.stage} points at ${to.slice(7, 11)}… again.`,
      };
    },
  };
}

/** Waivers and talk. */
function talkAnswers(team: Team): Partial<Answers> {
  const standing = (image: string) => team.standing(team.find(image));
  return {
    waive: (asked) => {
      const waiver = sampleWaiver(asked);
      standing(asked.image).waivers.push(waiver);
      return waiver;
    },
    end_waiver: (asked) => {
      const list = standing(asked.image).waivers;
      const at = list.findIndex((one) => one.finding === asked.finding);
      const [ended] = list.splice(at, 1);
      if (!ended) throw unreachable;
      return { ...ended, state: 'ended-early' };
    },
    waivers: () => ({
      waivers: [...team.standings.values()].flatMap((one) => one.waivers),
      problems: [],
    }),
    groups: () => sampleGroups(team.queue().waiting.map((one) => team.review(one.image))),
    approve_many: (asked) => {
      const done = asked.candidates.map((one) => {
        team.decide('approve', { ...one, message: asked.message, promote: true });
        team.promote(team.find(one.image), false);
        const { image, stage } = one;
        return { image, stage, approved: true, message: 'Approved.', failure: null };
      });
      return { approved: done.length, failed: 0, done };
    },
    talk: (asked) => {
      const { statement } = talked(standing(asked.image).talk, asked);
      const { image, stage } = asked;
      return { statement, image, stage, message: 'Commented.', promotion: null };
    },
  };
}

function decided(
  team: Team,
  kind: 'request-changes' | 'comment' | 'withdraw',
  asked: Commands['comment'][0],
): Commands['comment'][1] {
  const statement = team.decide(kind, asked);
  return {
    statement,
    image: asked.image,
    stage: asked.stage,
    message: 'Recorded.',
    promotion: null,
  };
}

function pipelineAnswers(scene: string): Partial<Answers> {
  return {
    pipeline_lines: () => sampleLines(scene),
    pipeline_line: (repository) => {
      const found = sampleLines(scene).lines.find((one) => one.repository === repository);
      if (!found) throw unreachable;
      return found;
    },
    pipelines: () => pipelinesText(),
    pipelines_check: (draft) => pipelinesCheck(draft),
    pipelines_save: (draft) => pipelinesSave(draft),
  };
}

function registryAnswers(scene: string): Partial<Answers> {
  let list = scene === 'empty' ? [] : sampleRegistries();
  return {
    registries: () => list,
    login: (asked) => {
      const answer = sampleLogin(asked);
      const { host, username, ca, plain_http, helper, repository, proxy, client_cert } = asked;
      const kept = { username, ca, plain_http, helper, repository, proxy, client_cert };
      const { secret_place } = answer;
      list = [
        ...list.filter((one) => one.host !== host),
        sampleRegistry(host, { ...kept, secret_place, tested: answer }),
      ];
      return answer;
    },
    test_registry: (host) => {
      if (host === 'ghcr.io') sampleLogin({ ...noLogin, host, password: 'wrong' });
      return sampleTest(host, { username: 'ines', message: 'Reached, and the login holds.' });
    },
    registry_kinds: () => sampleKinds,
    guess_kind: guessKind,
    import_preview: () =>
      scene === 'empty' ? { ...sampleImport, logins: [], problems: [] } : sampleImport,
    import_logins: ({ hosts }) =>
      hosts.map((host) => ({ host, done: true, message: 'The login works.' })),
    hand_over_plan: (host) => ({ ...sampleHandOver, host }),
    hand_over: ({ host }) => ({ ...sampleHandOver, host, set: true }),
    logout: (host) => (list = list.filter((one) => one.host !== host)),
    request: (asked) => ({
      image: asked.image.replace(/:[^:@/]+@/, '@'),
      digest: asked.image.split('@')[1] ?? '',
      stage: asked.stage,
      statement: digestOf('request'),
      tag: null,
    }),
  };
}

function historyAnswers(scene: string): Partial<Answers> {
  return {
    history: scene === 'empty' ? () => ({ entries: [], next: null, total: 0 }) : historyPage,
    history_entry: historyEntry,
    history_verify: () => ({
      ok: scene !== 'broken',
      entries: ENTRIES,
      root: digestOf('root').slice(7),
      problems: scene === 'broken' ? sampleProblems : [],
      at: new Date().toISOString(),
    }),
    history_rebuild: () => ({ repositories: 4, statements: 212, added: 0, problems: [] }),
    history_export: () => ({ file: '/home/ines/history.csv', entries: ENTRIES }),
  };
}
