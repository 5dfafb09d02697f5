/** The state of the sample workspace: what was decided in it while one plays. */
import type {
  AppState,
  Candidate,
  Decide,
  DecisionKind,
  Promotion,
  Queue,
  Review,
} from '../bindings';
import { HOST, ines, mara, samples, type Sample } from './images';
import { sampleTeam } from './people';
import { imageOf, reviewOf, type Standing } from './review';
import { daysAgo, digestOf } from './time';

export class Team {
  readonly standings = new Map<string, Standing>();
  state: AppState;
  samples: Sample[];

  constructor(scene: string, appearance: AppState['appearance']) {
    this.samples = scene === 'empty' || scene === 'first-run' || scene === 'locked' ? [] : samples;
    this.state = stateOf(scene, appearance);
    if (scene === 'marks') this.samples = samples.map(marked);
  }

  standing(sample: Sample): Standing {
    const known = this.standings.get(sample.digest);
    if (known) return known;
    const fresh: Standing = {
      state: 'waiting',
      decisions: [],
      attached: [],
      waivers: [],
      talk: [],
    };
    this.standings.set(sample.digest, fresh);
    return fresh;
  }

  find(image: string): Sample {
    const sample = this.samples.find(
      (one) => image.endsWith(one.digest) || image.includes(`${one.repository}:${one.tag}`),
    );
    if (sample) return sample;
    throw { code: 'not-found', message: `${image} is not there.`, hint: 'Was it deleted?' };
  }

  review(image: string): Review {
    const sample = this.find(image);
    return reviewOf(sample, this.standing(sample), this.state.me?.name ?? '');
  }

  decide(decision: DecisionKind, asked: Decide): string {
    const sample = this.find(asked.image);
    const standing = this.standing(sample);
    const statement = digestOf(`${decision} ${Date.now()}`);
    if (decision === 'withdraw')
      standing.decisions = standing.decisions.map((one) => ({ ...one, stands: false }));
    standing.decisions = [
      {
        decision,
        by: { name: this.state.me?.name ?? '', key_id: ines.key_id, verified: true },
        at: new Date().toISOString(),
        message: asked.message,
        stands: true,
        note: null,
        self_approval: false,
        statement,
        evidence: asked.seen?.length ?? 0,
      },
      ...standing.decisions,
    ];
    standing.state = standing.decisions.some(
      (one) => one.decision === 'request-changes' && one.stands,
    )
      ? 'changes-requested'
      : 'waiting';
    return statement;
  }

  promote(sample: Sample, dry: boolean): Promotion {
    const standing = this.standing(sample);
    if (!dry) standing.state = 'promoted';
    const previous = sample.golden?.digest ?? null;
    return {
      outcome: 'promoted',
      repository: `${HOST}/${sample.repository}`,
      stage: 'golden',
      digest: sample.digest,
      previous,
      tags: ['golden'],
      moves: [{ tag: 'golden', from: previous, to: sample.digest }],
      pins: [`golden-20261123T140200Z-${sample.digest.slice(7, 19)}`],
      source: null,
      copied: 0,
      bytes: 0,
      mounted: 0,
      missing: [],
      requests: 9,
      seconds: 0.4,
      dry_run: dry,
      message: `golden of ${sample.repository} points at ${sample.tag} now.`,
      statement: digestOf('promotion'),
    };
  }

  queue(): Queue {
    const all = this.samples.map((sample) => this.#candidate(sample));
    const open = all.filter((one) => one.state !== 'promoted');
    return {
      waiting: open,
      mine: [],
      recent: [
        ...all.filter((one) => one.state === 'promoted'),
        ...(open.length ? [goldenOfToday()] : []),
      ],
      problems: [],
      read_at: new Date().toISOString(),
    };
  }

  #candidate(sample: Sample): Candidate {
    const review = this.review(imageOf(sample));
    return {
      image: review.image,
      host: HOST,
      repository: sample.repository,
      tag: sample.tag,
      digest: sample.digest,
      stage: 'golden',
      of: `${HOST}/${sample.repository}`,
      state: review.standing.state,
      requester: mara,
      message: sample.message,
      since: review.standing.state === 'promoted' ? new Date().toISOString() : sample.since,
      checks: { verdict: review.verdict, words: sample.line, at: sample.since },
      line: review.standing.state === 'promoted' ? 'golden since just now' : sample.line,
    };
  }
}

function goldenOfToday(): Candidate {
  const digest = digestOf('payments/api 2.8.0');
  return {
    image: `${HOST}/payments/api@${digest}`,
    host: HOST,
    repository: 'payments/api',
    tag: '2.8.0',
    digest,
    stage: 'golden',
    of: `${HOST}/payments/api`,
    state: 'promoted',
    requester: mara,
    message: null,
    since: daysAgo(31),
    checks: null,
    line: 'golden since 31 days',
  };
}

/** Everything that can be wrong around a candidate, at once. */
function marked(sample: Sample): Sample {
  if (sample.repository !== 'payments/api') return sample;
  return {
    ...sample,
    needed: 2,
    moved: 'The tag 2.8.1 points at sha256:55aa…01ff now. What is reviewed here is another image.',
    reopened: 'A newer scan of today has 1 fixable High finding that the approval did not know.',
    distrusted: ['A promotion of 21 Nov 2026 is signed by key 77aa…, which no member has.'],
  };
}

function stateOf(scene: string, appearance: AppState['appearance']): AppState {
  const first = scene === 'first-run' || scene === 'locked';
  const shared = scene === 'team' ? sampleTeam() : null;
  const practice = !first && scene !== 'empty' && !shared;
  const home = '/home/ines/.local/share/hallmark';
  return {
    version: '0.1.0',
    workspace: {
      id: practice ? 'practice' : 'solo',
      name: practice ? 'Practice team' : (shared?.name ?? 'ines’ workspace'),
      home: practice ? `${home}/practice` : home,
      kind: practice ? 'practice' : shared ? 'team' : 'solo',
      repository: shared?.repository ?? null,
      document: shared,
      policy_file: `${home}/policy.toml`,
    },
    me: first
      ? null
      : { name: 'ines', key_id: ines.key_id ?? '', roles: ['owner', 'approver', 'requester'] },
    first_run: first,
    home_screen: 'approve',
    appearance,
    keyring:
      scene === 'locked'
        ? {
            state: 'locked',
            place: 'Secret Service',
            store: 'keyring',
            problem:
              'The keyring did not answer within 10 s; it is probably locked. Unlock it, then try again.',
          }
        : { state: 'ok', place: 'Secret Service', store: 'keyring', problem: null },
    workspaces: [
      { name: 'ines’ workspace', home },
      { name: 'Payments', home: '/home/ines/work/payments' },
    ],
  };
}

export function practiceState(appearance: AppState['appearance']): AppState {
  return stateOf('practice', appearance);
}
