/** What changed since another image, out of a row of the table of images. */
import type {
  AskDifference,
  Commands,
  Difference,
  FindingsPage,
  FindingsSinceQuery,
  PackageRow,
  PackagesPage,
  PackagesQuery,
  PlatformLayers,
  PlatformSize,
  TestChange,
  TestsSincePage,
  TestsSinceQuery,
} from '../bindings';
import type { Sample } from './images';
import { findingRows } from './rows';
import type { Team } from './team';
import { daysAgo, digestOf } from './time';

const PLATFORMS = ['linux/amd64', 'linux/arm64'];
const STEPS: [made: string, size: number, mark: 'shared' | 'added' | 'removed'][] = [
  ['ADD rootfs.tar.xz / # buildkit', 29_124_000, 'shared'],
  [
    'RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates # buildkit',
    8_912_000,
    'shared',
  ],
  ['COPY /build/libs/app.jar /app/app.jar # buildkit', 42_100_000, 'added'],
  ['COPY /build/libs/app.jar /app/app.jar # buildkit', 41_870_000, 'removed'],
];

function packageRow(name: string, from: string | null, to: string | null): PackageRow {
  const change =
    from === to ? null : from === null ? 'added' : to === null ? 'removed' : 'upgraded';
  return {
    name,
    ecosystem: 'deb',
    before: from,
    version: to,
    change,
    platforms: [],
    licences: ['Apache-2.0'],
    evidence: digestOf('sbom'),
    line: 12,
  };
}

const PACKAGES: PackageRow[] = [
  packageRow('ca-certificates', '20230311', '20230311'),
  packageRow('libssl3t64', '3.0.15-1~deb12u1', '3.0.17-1~deb12u2'),
  packageRow('openssl', '3.0.15-1~deb12u1', '3.0.17-1~deb12u2'),
  packageRow('perl-base', '5.36.0-7', null),
  packageRow('tzdata', null, '2026b-0+deb12u1'),
  packageRow('zlib1g', '1:1.2.13.dfsg-1', '1:1.3.1.dfsg-1'),
];

function platformSize(platform: string): PlatformSize {
  return {
    platform,
    state: 'both',
    shared: 2,
    added: 1,
    removed: 1,
    size: 80_136_000,
    before: 79_906_000,
    shared_size: 38_036_000,
  };
}

export function differenceOf(sample: Sample, sentence: string): Difference {
  const failing = sample.tests.failed ? ['RefundQueue › drains after restart'] : [];
  const of = (change: PackageRow['change']) =>
    PACKAGES.filter((row) => row.change === change).length;
  return {
    sentence,
    with: sample.golden
      ? { digest: sample.golden.digest, version: sample.golden.version, at: null }
      : null,
    counts: {
      fixed: 1,
      new: 0,
      newly_failing: failing.length,
      newly_passing: 0,
      newly_skipped: 0,
      packages_added: of('added'),
      packages_removed: of('removed'),
      packages_upgraded: of('upgraded'),
      packages_downgraded: 0,
      packages_changed: 0,
      packages_same: PACKAGES.length - 5,
    },
    fixed: findingRows(sample).slice(0, 1),
    new: [],
    unchanged: sample.findings.length,
    newly_failing: failing,
    newly_passing: [],
    new_tests: 12,
    gone_tests: 0,
    packages: PACKAGES.filter((row) => row.change !== null),
    packages_why_not: null,
    config: [
      { part: 'user', name: null, before: 'root', now: 'app', hidden: false, platforms: [] },
      {
        part: 'variable',
        name: 'LEDGER_TOKEN',
        before: '',
        now: '',
        hidden: true,
        platforms: ['linux/arm64'],
      },
    ],
    base: {
      before: null,
      now: {
        name: 'docker.io/library/debian:12',
        digest: digestOf('debian'),
        created: daysAgo(19),
        source: 'a label',
      },
      words: 'Built on docker.io/library/debian:12, 19 days old.',
    },
    platforms: PLATFORMS.map(platformSize),
  };
}

export function findingsSince(sample: Sample, query: FindingsSinceQuery): FindingsPage {
  const all = findingRows(sample);
  const rows = { new: [], fixed: all.slice(0, 1), unchanged: all }[query.show];
  const wanted = rows.filter((row) => holds(`${row.id} ${row.package}`, query.text));
  return paged(wanted, query);
}

function testsSince(query: TestsSinceQuery): TestsSincePage {
  const row: TestChange = {
    change: query.show,
    suite: 'RefundQueue',
    name: 'drains after restart',
    message: null,
    evidence: digestOf('junit'),
    line: 12,
  };
  return paged(query.show === 'newly-failing' ? [row] : [], query);
}

function packages(query: PackagesQuery): PackagesPage {
  const shown = (row: PackageRow) =>
    query.show === 'all' ||
    (query.show === 'differing' ? row.change !== null : row.change === query.show);
  const wanted = PACKAGES.filter(
    (row) => shown(row) && holds(`${row.name} ${row.version} ${row.before}`, query.text),
  );
  return { ...paged(wanted, query), packages: PACKAGES.length - 1 };
}

function layers(): PlatformLayers[] {
  return PLATFORMS.map((platform) => ({
    platform: platformSize(platform),
    steps: STEPS.map(([created_by, size, mark], at) => ({
      created_by,
      created: daysAgo(19 - at),
      layer: digestOf(`${platform} ${at}`),
      size,
      mark,
    })),
    more: 0,
  }));
}

function paged<T>(rows: T[], { offset, limit }: { offset: number; limit: number }) {
  return { rows: rows.slice(offset, offset + limit), total: rows.length };
}

function holds(text: string, part: string | null): boolean {
  return text.toLowerCase().includes((part ?? '').toLowerCase());
}

type Asked = 'difference' | 'findings_since' | 'tests_since' | 'packages' | 'layers';

export function differenceAnswers(team: Team): {
  [N in Asked]: (args: Commands[N][0]) => Commands[N][1];
} {
  return {
    difference: (asked: AskDifference) =>
      differenceOf(
        team.find(asked.image),
        asked.since === 'golden'
          ? team.find(asked.image).sentence
          : 'You have decided on no other image of this repository yet.',
      ),
    findings_since: (query) => findingsSince(team.find(query.of.image), query),
    tests_since: testsSince,
    packages,
    layers,
  };
}
