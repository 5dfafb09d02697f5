/** A catalogue of many golden images: promoted, adopted, drifted, revoked, and some never looked at. */
import type {
  AdoptionSummary,
  AdoptRow,
  Commands,
  GoldenCounts,
  GoldenImage,
  GoldenQuery,
  GoldenRow,
  GoldenTag,
  Revocation,
} from '../bindings';
import { HOST } from './images';
import { daysAgo, digestOf } from './time';

type Golden =
  | 'golden'
  | 'golden_look'
  | 'golden_image'
  | 'drift'
  | 'pick_list'
  | 'adopt'
  | 'adopt_rows'
  | 'revoke';
export type GoldenAnswers = {
  [N in Golden]: (args: Commands[N][0]) => Commands[N][1] | Promise<Commands[N][1]>;
};

const NAMED = [
  'payments/api',
  'payments/ledger',
  'payments/worker',
  'platform/base-debian',
  'platform/base-jre',
  'web/search',
  'web/storefront',
];
const ADOPTABLE = 312;

function rowOf(index: number): GoldenRow {
  const name = NAMED[index] ?? `services/team-${Math.floor(index / 9)}/service-${index}`;
  const digest = digestOf(`${name} golden`);
  const repository = `${HOST}/${name}`;
  const kind = ['payments/ledger', 'web/search'].includes(name)
    ? 'adopted'
    : name === 'platform/base-jre'
      ? 'revoked'
      : 'golden';
  const drifted = name === 'payments/worker';
  const adopted = kind === 'adopted' || (index > 6 && index % 4 === 0);
  const looked = index < 5 || index === 6;
  return {
    repository,
    tag: 'golden',
    digest,
    version: index % 11 === 10 ? null : `${1 + (index % 4)}.${index % 9}.${index % 5}`,
    platforms: index % 3 === 2 ? 'linux/amd64' : 'linux/amd64, linux/arm64',
    mark: kind === 'revoked' ? 'revoked' : adopted ? 'adopted' : 'golden',
    since: adopted ? null : daysAgo(3 + index * 2),
    by: adopted ? 'tom' : 'ines',
    approved_by: adopted ? [] : ['ines'],
    grace: adopted ? daysAgo(name === 'web/search' ? 4 : -61) : null,
    tag_state: drifted ? 'drifted' : looked ? 'as-placed' : 'unknown',
    names_now: drifted ? digestOf('payments/worker pushed by hand') : null,
    looked_at: looked || drifted ? daysAgo(0.002) : null,
    problem: null,
    from: `FROM ${repository}@${digest}`,
    entry: 18_100 - index,
  };
}

export function goldenAnswers(scene: string): GoldenAnswers {
  const all = scene === 'empty' ? [] : Array.from({ length: 340 }, (_, index) => rowOf(index));
  let adopting: AdoptRow[] = [];
  const find = (tag: GoldenTag): GoldenRow => {
    const row = all.find((one) => one.repository === tag.repository && one.tag === tag.tag);
    if (row) return row;
    throw { code: 'not-found', message: `${tag.repository} is not golden.`, hint: null };
  };
  const look = (row: GoldenRow): GoldenRow => {
    row.looked_at = new Date().toISOString();
    if (row.tag_state === 'unknown') row.tag_state = 'as-placed';
    return { ...row };
  };
  return {
    golden: (query) => page(all, query),
    golden_look: (tags) => tags.map((tag) => look(find(tag))),
    golden_image: (tag) => imageOf(look(find(tag))),
    drift: () => ({ tags: all.length, drifted: 1, unknown: 0, recorded: 0, requests: all.length }),
    pick_list: () => '/home/ines/Documents/in-production.csv',
    adopt: (asked) => {
      const done = adoption(asked.dry_run, asked.csv !== null);
      adopting = done.rows;
      return done.summary;
    },
    adopt_rows: (asked) => adopting.slice(asked.offset, asked.offset + asked.limit),
    revoke: (asked) => {
      const row = all.find((one) => asked.image.endsWith(one.digest));
      if (row && !asked.dry_run) row.mark = 'revoked';
      return revocation(asked.image, asked.dry_run);
    },
  };
}

function page(all: GoldenRow[], query: GoldenQuery): Commands['golden'][1] {
  const drifted = (row: GoldenRow) => row.tag_state === 'drifted' || row.tag_state === 'gone';
  const words = (query.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const says = (row: GoldenRow) =>
    words.every((word) =>
      `${row.repository} ${row.tag} ${row.version} ${row.digest} ${row.digest.slice(7)}`.includes(
        word,
      ),
    );
  const shown = (row: GoldenRow) =>
    query.show === 'all' || (query.show === 'drifted' ? drifted(row) : row.mark === query.show);
  const found = all.filter((row) => shown(row) && says(row));
  const of = (mark: GoldenRow['mark']) => all.filter((row) => row.mark === mark).length;
  const counts: GoldenCounts = {
    all: all.length,
    golden: of('golden'),
    adopted: of('adopted'),
    drifted: all.filter(drifted).length,
    revoked: of('revoked'),
    unread: all.filter((row) => row.version === null).length,
  };
  const rows = found.slice(query.offset, query.offset + query.limit).map((row) => ({ ...row }));
  return { rows, total: found.length, counts };
}

function imageOf(row: GoldenRow): GoldenImage {
  const name = row.repository.slice(row.repository.indexOf('/') + 1);
  return {
    row,
    title: name === 'payments/api' ? 'Payments API' : null,
    size: 84_200_000,
    created: daysAgo(34),
    platforms: (row.platforms ?? '')
      .split(', ')
      .map((platform) => ({ name: platform, digest: digestOf(`${name} ${platform}`) })),
    labels: {
      'org.opencontainers.image.revision': 'e41c9d2f77aa',
      'org.opencontainers.image.source': `https://git.example.com/${name}`,
      'org.opencontainers.image.version': row.version ?? '',
    },
    tags: ['golden', `${row.version ?? 'x'}-golden`],
    revoked:
      row.mark === 'revoked'
        ? {
            by: { name: 'ines', key_id: null, verified: true },
            at: daysAgo(1),
            message: 'the build key of that week leaked; rebuild on 17.0.13',
            statement: digestOf('revocation'),
          }
        : null,
    now_version: row.tag_state === 'drifted' ? '3.0.0-hotfix' : null,
    problem: null,
  };
}

function adoption(dry: boolean, list: boolean): { summary: AdoptionSummary; rows: AdoptRow[] } {
  const rows = Array.from({ length: ADOPTABLE }, (_, index): AdoptRow => {
    const odd = index % 26;
    const state =
      odd === 7
        ? 'missing'
        : odd === 15
          ? 'already'
          : odd === 21
            ? 'no-right'
            : dry
              ? 'new'
              : 'adopted';
    const reason = {
      missing: 'there is no tag golden here',
      'no-right': 'this login may not read this repository',
    } as Partial<Record<AdoptRow['state'], string>>;
    return {
      repository: `${HOST}/services/team-${Math.floor(index / 9)}/service-${index}`,
      tag: 'golden',
      digest: reason[state] ? null : digestOf(`service ${index}`),
      state,
      reason: reason[state] ?? null,
      line: list ? index + 2 : null,
    };
  });
  const of = (state: AdoptRow['state']) => rows.filter((row) => row.state === state).length;
  const fresh = of('new') + of('adopted');
  const grace = daysAgo(-90);
  return {
    rows,
    summary: {
      dry_run: dry,
      refused: false,
      grace,
      counts: {
        new: fresh,
        already: of('already'),
        missing: of('missing'),
        no_right: of('no-right'),
        failed: 0,
      },
      message: `${fresh} golden tags ${dry ? 'would be' : 'are'} adopted, not approved, until 21 Feb 2027; ${of('already')} in the history already, ${of('missing')} without such a tag, ${of('no-right')} not open to this login.`,
      statement: null,
      list: null,
      requests: ADOPTABLE,
      seconds: 2.1,
    },
  };
}

function revocation(image: string, dry: boolean): Revocation {
  const [repository = '', digest = ''] = image.split('@');
  const child = (name: string, version: string, found: string) => ({
    image: `${HOST}/${name}@${digestOf(`${name} golden`)}`,
    version,
    tags: ['golden'],
    found,
  });
  return {
    outcome: 'revoked',
    image,
    digest,
    message: dry ? 'Dry run.' : 'It is revoked, for good.',
    dry_run: dry,
    tags: [{ repository, tag: 'golden', stage: 'golden' }],
    built_on_total: 2,
    built_on: [
      child('web/storefront', '3.6.1', 'it says so itself, by its base digest'),
      child('web/search', '2.5.0', 'its first layers are all the layers of this image'),
    ],
    way_back: [
      {
        repository,
        stage: 'golden',
        to: {
          digest: digestOf('payments/api 2.7.4'),
          version: '2.7.4',
          promoted_at: daysAgo(58),
          by: 'ines',
        },
      },
    ],
    problems: [],
    statement: dry ? null : digestOf('revocation'),
  };
}
