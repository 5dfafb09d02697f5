/** A few images that have a package or a vulnerability, and one that nobody scanned. */
import type { AskFind, FindCoverage, Found, FoundImage } from '../bindings';
import type { Answers } from './answers';
import { HOST } from './images';
import { daysAgo, digestOf } from './time';

const IMAGES = ['payments/api', 'payments/worker', 'web/storefront'];

export function findAnswers(scene: string): Partial<Answers> {
  const empty = scene === 'empty';
  return {
    find: (ask) => found(ask, empty),
    find_refresh: () => coverage(empty),
  };
}

function coverage(empty: boolean): FindCoverage {
  if (empty)
    return {
      images: 0,
      golden: 0,
      read: 0,
      as_of: null,
      without_sbom: 0,
      without_scan: 0,
      gaps: [],
    };
  const image = `${HOST}/platform/base-debian@${digestOf('platform/base-debian golden')}`;
  const why = 'no bill of materials and no scan counts for every platform';
  return {
    images: 4,
    golden: 4,
    read: 4,
    as_of: daysAgo(0),
    without_sbom: 1,
    without_scan: 1,
    gaps: [{ image, stages: ['golden'], sbom: true, scan: true, why }],
  };
}

function found(ask: AskFind, empty: boolean): Found {
  const covered = coverage(empty);
  const known = ask.kind === 'cve' ? /^cve-2026-20771$/i : /^openssl(@3\.0\.17)?$/i;
  const all = empty || !known.test(ask.text) ? [] : IMAGES.map((name) => image(name, ask));
  const images = all.slice(ask.offset, ask.offset + ask.limit);
  const lacking = empty ? '' : ' 1 of 4 have none that counts, so the answer says nothing of them.';
  const said = all.length
    ? `${all.length} images have ${ask.text}, ${all.length} of them golden.`
    : `No image that was read has ${ask.text}.`;
  const near = all.length === 0 && ask.text.startsWith('open') ? ['openssl'] : [];
  return { message: said + lacking, images, total: all.length, near, coverage: covered };
}

function image(name: string, ask: AskFind): FoundImage {
  const repository = `${HOST}/${name}`;
  const digest = digestOf(`${name} golden`);
  const cve = ask.kind === 'cve';
  return {
    image: `${repository}@${digest}`,
    repository,
    digest,
    version: '2.8.0',
    places: [
      { stage: 'golden', tag: 'golden', since: daysAgo(34), adopted: false, revoked: false },
    ],
    lines: [
      {
        id: cve ? 'CVE-2026-20771' : null,
        package: 'openssl',
        installed: '3.0.17-1~deb12u2',
        fixed: cve ? '3.0.18-1~deb12u1' : null,
        severity: cve ? 'critical' : null,
        ecosystem: cve ? null : 'deb',
        suppressed: false,
        platforms: 'linux/amd64, linux/arm64',
        evidence: digestOf(`${name} trivy`),
      },
    ],
    lines_total: 1,
    candidates: [
      {
        image: `${repository}@${digestOf(`${name} candidate`)}`,
        tag: '2.8.1',
        version: '2.8.1',
        stage: 'golden',
        state: 'has-not',
        installed: cve ? [] : ['3.0.18-1~deb12u1'],
        words: cve ? 'fixed: its scan does not have it' : 'has 3.0.18-1~deb12u1 instead',
      },
    ],
    read_at: daysAgo(0),
  };
}
