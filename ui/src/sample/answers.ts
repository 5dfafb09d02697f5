/** What the sample host answers to each command. */
import type { Commands, RegistryInfo } from '../bindings';
import { HOST } from './images';
import { ENTRIES, historyEntry, historyPage } from './past';
import { evidenceOf } from './review';
import { findingsPage, testsPage } from './rows';
import { practiceState, type Team } from './team';
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

export function answers(team: Team, scene: string): Answers {
  return {
    ...workspaceAnswers(team, scene),
    ...reviewAnswers(team, scene),
    ...registryAnswers(scene),
    ...historyAnswers(),
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
    policy: () => ({
      text: '[stage.golden]\napprovals = 1\n',
      source: team.state.workspace.policy_file,
      digest: digestOf('policy'),
      words: [
        'Tests exist and all pass.',
        'A scan exists and is not older than 7 days.',
        'No finding of severity High or above has a fix that is not in.',
        'Evidence is for this digest and covers every platform.',
      ],
    }),
    workspace_show: () => null,
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
    findings_page: (query) => findingsPage(team.find(query.image), query),
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
        tags: [{ tag: asked.stage, from: digestOf('payments/api 2.8.0'), to }],
        message: `${asked.stage} points at ${to.slice(7, 11)}… again.`,
      };
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

function registryAnswers(scene: string): Partial<Answers> {
  const all: RegistryInfo[] = [
    {
      host: 'registry.example.com',
      username: 'ines',
      secret_place: 'Secret Service',
      plain_http: false,
      ca: null,
      confirmed_realms: [],
      from_docker: null,
    },
    {
      host: HOST,
      username: null,
      secret_place: null,
      plain_http: true,
      ca: null,
      confirmed_realms: [],
      from_docker: null,
    },
  ];
  const list = scene === 'empty' ? [] : all;
  return {
    registries: () => list,
    login: (asked) => {
      if (asked.password === 'wrong')
        throw {
          code: 'wrong-password',
          message: `${asked.host} does not accept this name and password.`,
          hint: 'Where two-factor login is on, use a token.',
        };
      return {
        host: asked.host,
        username: asked.username,
        message: 'Logged in.',
        secret_place: 'Secret Service',
      };
    },
    test_registry: (host) => ({
      host,
      username: 'ines',
      message: 'Reached, and the login holds.',
      secret_place: 'Secret Service',
    }),
    logout: (host) => list.filter((one) => one.host !== host),
    repositories: () => ({
      items: ['payments/api', 'payments/worker', 'web/storefront'],
      next: null,
    }),
    tags: () => ({ items: ['2.8.0', '2.8.1', 'golden', 'qa'], next: null }),
  };
}

function historyAnswers(): Partial<Answers> {
  return {
    history: historyPage,
    history_entry: historyEntry,
    history_verify: () => ({
      ok: true,
      entries: ENTRIES,
      root: digestOf('root').slice(7),
      problems: [],
      at: new Date().toISOString(),
    }),
    history_rebuild: () => ({ repositories: 4, statements: 212, added: 0, problems: [] }),
    history_export: () => ({ file: '/home/ines/history.csv', entries: ENTRIES }),
  };
}
