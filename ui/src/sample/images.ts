/** The practice team's images, as one table: everything else about them is derived from it. */
import type { CheckInfo, Golden, Person, RevokedInfo } from '../bindings';
import { daysAgo, digestOf, hoursAgo } from './time';

export const HOST = '127.0.0.1:5000';
export const mara: Person = { name: 'mara', key_id: `9d33${'5e'.repeat(30)}`, verified: true };
export const ci: Person = { name: 'ci@payments', key_id: `4f2a${'c1'.repeat(30)}`, verified: true };
export const ines: Person = { name: 'ines', key_id: `b7e0${'08'.repeat(30)}`, verified: true };

export interface Sample {
  repository: string;
  tag: string;
  digest: string;
  since: string;
  message: string;
  line: string;
  checks: CheckInfo[];
  tests: { passed: number; failed: number; skipped: number };
  findings: [severity: string, id: string, name: string, at: string, fixed: string | null][];
  golden: Golden | null;
  sentence: string;
  fixed: number;
  /** Evidence that names another image. */
  other?: boolean;
  needed?: number;
  revoked?: RevokedInfo;
  moved?: string;
  reopened?: string;
  distrusted?: string[];
}

const golden: Golden = {
  digest: digestOf('payments/api 2.8.0'),
  version: '2.8.0',
  since: daysAgo(31),
  by: ines,
  note: null,
};

const check = (
  rule: string,
  title: string,
  verdict: CheckInfo['verdict'],
  reason: string,
  evidence: string[] = [],
  vouched: string[] = ['signed by ci@payments, key 4f2a…; in no transparency log'],
): CheckInfo => ({ rule, title, verdict, reason, evidence: evidence.map(digestOf), vouched });

const bound = (name: string): CheckInfo =>
  check(
    'evidence-covers',
    'Evidence is for this image',
    'pass',
    'Every report names this digest or a platform of it; both platforms are covered.',
    [`${name} junit`, `${name} trivy`],
  );
const tested = (name: string, count: string): CheckInfo =>
  check('tests-pass', 'Tests pass', 'pass', `${count} passed, 6 skipped, on both platforms.`, [
    `${name} junit`,
  ]);
const fresh = (name: string): CheckInfo =>
  check('scan-fresh', 'Scan is recent', 'pass', 'Scanned 2 hours ago; 7 days are allowed.', [
    `${name} trivy`,
  ]);
const patched = (name: string): CheckInfo =>
  check(
    'no-fixable-high',
    'Patched',
    'pass',
    'No finding of severity High or above has a fix that is not in.',
    [`${name} trivy`],
  );

export const samples: Sample[] = [
  {
    repository: 'web/storefront',
    tag: '5.0.0-rc2',
    digest: digestOf('web/storefront 5.0.0-rc2'),
    since: daysAgo(2.1),
    message: 'the new basket, for the sale on Friday',
    line: '1 fixable critical',
    checks: [
      check(
        'no-fixable-high',
        'Patched',
        'fail',
        '1 Critical finding has a fix: CVE-2026-4863 in libwebp 1.2.4, fixed in 1.3.2.',
        ['storefront trivy'],
      ),
      tested('storefront', '412'),
      fresh('storefront'),
      bound('storefront'),
    ],
    tests: { passed: 412, failed: 0, skipped: 6 },
    findings: [
      ['critical', 'CVE-2026-4863', 'libwebp7', '1.2.4-0.2', '1.2.4-0.2+deb12u1'],
      ['medium', 'CVE-2026-31209', 'libexpat1', '2.5.0-1+deb12u2', null],
      ['low', 'CVE-2025-9714', 'libxml2', '2.9.14+dfsg-1.3', null],
      ['unknown', 'CVE-2026-51002', 'zlib1g', '1:1.2.13.dfsg-1', null],
    ],
    golden: null,
    sentence: 'There is no golden image of web/storefront yet.',
    fixed: 0,
  },
  {
    repository: 'platform/images/base/debian-hardened',
    tag: '12.12-4',
    digest: digestOf('platform/base-debian 12.12-4'),
    since: daysAgo(1.1),
    message: 'monthly patches',
    line: 'evidence is for another image',
    other: true,
    checks: [
      check(
        'evidence-covers',
        'Evidence is for this image',
        'fail',
        'The test report names sha256:0c9e…4410, which is not this image. It counts for nothing here.',
        ['debian junit'],
        ['unsigned, attached by nobody known'],
      ),
      check('tests-pass', 'Tests pass', 'fail', 'No test report counts for this digest.', [], []),
      check('scan-fresh', 'Scan is recent', 'warn', 'Scanned 6 days ago; 7 days are allowed.', [
        'debian trivy',
      ]),
      patched('debian'),
    ],
    tests: { passed: 0, failed: 0, skipped: 0 },
    findings: [['low', 'CVE-2025-9714', 'libxml2', '2.9.14+dfsg-1.3', null]],
    golden: {
      ...golden,
      digest: digestOf('debian 12.12-3'),
      version: '12.12-3',
      since: daysAgo(19),
    },
    sentence: 'Fixes 9 of 10 findings and brings none. No test report can be compared.',
    fixed: 9,
    distrusted: [
      'A decision “approve” of 22 Nov 2026 is signed by key 77aa…, which no member has; it counts for nothing.',
    ],
  },
  {
    repository: 'payments/worker',
    tag: '2.8.1',
    digest: digestOf('payments/worker 2.8.1'),
    since: hoursAgo(3.2),
    message: 'goes out together with payments/api 2.8.1',
    line: '3 tests fail',
    checks: [
      check(
        'tests-pass',
        'Tests pass',
        'fail',
        '3 of 655 tests fail on linux/arm64: RefundQueue › drains after restart, and 2 more.',
        ['worker junit'],
      ),
      fresh('worker'),
      patched('worker'),
      bound('worker'),
    ],
    tests: { passed: 646, failed: 3, skipped: 6 },
    findings: [['medium', 'CVE-2026-31209', 'libexpat1', '2.5.0-1+deb12u2', null]],
    golden: { ...golden, digest: digestOf('payments/worker 2.8.0') },
    sentence: 'Fixes 4 of 5 findings and brings none. 3 tests that passed fail now.',
    fixed: 4,
  },
  {
    repository: 'payments/api',
    tag: '2.8.1',
    digest: digestOf('payments/api 2.8.1'),
    since: hoursAgo(2.1),
    message: 'hotfix for the refund rounding',
    line: '4 pass',
    checks: [tested('api', '1 284'), fresh('api'), patched('api'), bound('api')],
    tests: { passed: 1284, failed: 0, skipped: 6 },
    findings: [
      ['medium', 'CVE-2026-31209', 'libexpat1', '2.5.0-1+deb12u2', null],
      ['medium', 'CVE-2026-20771', 'libssl3', '3.0.17-1~deb12u2', '3.0.18-1~deb12u1'],
      ['low', 'CVE-2025-9714', 'libxml2', '2.9.14+dfsg-1.3', null],
    ],
    golden,
    sentence: 'Fixes 14 of 17 findings and brings none. 1 284 tests pass, 12 of them new.',
    fixed: 14,
  },
];
