/** A whole review out of a row of the table of images and what was decided on it since. */
import type {
  Activity,
  CandidateState,
  DecisionInfo,
  EvidenceInfo,
  Review,
  TalkThread,
  VoucherInfo,
  WaiverInfo,
} from '../bindings';
import { digestOf, hoursAgo } from './time';
import { ci, HOST, ines, mara, type Sample } from './images';
import { differenceOf } from './difference';

export interface Standing {
  state: CandidateState;
  decisions: DecisionInfo[];
  attached: EvidenceInfo[];
  waivers: WaiverInfo[];
  talk: TalkThread[];
}

const signed: VoucherInfo = {
  state: 'signed',
  member: ci.name,
  key_id: ci.key_id,
  words: 'signed by ci@payments, key 4f2a…; in no transparency log',
  at: hoursAgo(2.3),
};
const unsigned: VoucherInfo = {
  state: 'unsigned',
  member: null,
  key_id: null,
  words: 'unsigned, attached by nobody known',
  at: null,
};

export const imageOf = (sample: Sample): string => `${HOST}/${sample.repository}@${sample.digest}`;

export function evidenceOf(sample: Sample): EvidenceInfo[] {
  const { passed, skipped, failed } = sample.tests;
  const junit: EvidenceInfo = {
    digest: digestOf(`${sample.repository} junit`),
    name: 'junit.xml',
    kind: 'tests',
    format: 'junit',
    tool: 'gradle 8.10',
    produced_at: hoursAgo(2.4),
    size: 412_992,
    covers: sample.other ? 'another image' : 'all platforms',
    via: 'referrers',
    counts: !sample.other,
    why_not: sample.other ? 'It names sha256:0c9e…4410, which is not this image.' : null,
    voucher: sample.other ? unsigned : signed,
    summary: `${passed + failed + skipped} tests, ${passed} passed, ${failed} failed, ${skipped} skipped`,
    warnings: [],
  };
  const trivy: EvidenceInfo = {
    ...junit,
    digest: digestOf(`${sample.repository} trivy`),
    name: 'trivy.json',
    kind: 'vulnerabilities',
    format: 'trivy-json',
    tool: 'trivy 0.58.1',
    covers: 'linux/amd64, linux/arm64',
    via: 'referrers',
    counts: true,
    why_not: null,
    voucher: signed,
    size: 88_120,
    summary: `${sample.findings.length} findings`,
  };
  const older: EvidenceInfo = {
    ...trivy,
    digest: digestOf(`${sample.repository} trivy old`),
    produced_at: hoursAgo(60),
    counts: false,
    why_not: 'Superseded by the scan of today.',
    summary: `${sample.findings.length + 2} findings`,
  };
  return [junit, trivy, older];
}

export function reviewOf(sample: Sample, standing: Standing, me: string): Review {
  const needed = sample.needed ?? 1;
  const approvals = standing.decisions.filter(
    (one) => one.decision === 'approve' && one.stands,
  ).length;
  const objection = standing.decisions.find(
    (one) => one.decision === 'request-changes' && one.stands,
  );
  const failing = sample.checks.filter((check) => check.verdict === 'fail');
  const [first] = failing;
  const open = standing.state === 'waiting' || standing.state === 'changes-requested';
  const blocked = first
    ? `The policy refuses: ${first.title} – ${first.reason}`
    : objection && objection.by.name !== me
      ? `${objection.by.name} asked for changes; that blocks it until they withdraw or approve.`
      : null;
  const evidence = [...standing.attached, ...evidenceOf(sample)];
  const from = sample.golden?.digest ?? null;
  const here = `${HOST}/${sample.repository}`;
  return {
    image: imageOf(sample),
    host: HOST,
    repository: sample.repository,
    tag: sample.tag,
    version: sample.tag,
    digest: sample.digest,
    stage: 'golden',
    target: null,
    stages: [
      { name: 'dev', repository: here, state: 'here', tags: ['dev'] },
      { name: 'qa', repository: here, state: 'here', tags: ['qa'] },
      {
        name: 'golden',
        repository: here,
        state: standing.state === 'promoted' ? 'here' : 'next',
        tags: ['golden'],
      },
    ],
    platforms: ['linux/amd64', 'linux/arm64'],
    size: 84_231_990,
    created: hoursAgo(30),
    links: [
      {
        kind: 'commit',
        label: 'commit e41c9d2',
        url: 'https://github.com/example/payments/commit/e41c9d2',
        host: 'github.com',
        source: 'a label of the image',
      },
      {
        kind: 'run',
        label: 'run 4412',
        url: 'https://ci.example.com/payments/4412',
        host: 'ci.example.com',
        source: 'the request',
      },
      {
        kind: 'ticket',
        label: 'PAY-981',
        url: 'https://tickets.example.com/PAY-981',
        host: 'tickets.example.com',
        source: 'the request',
      },
    ],
    request: {
      by: mara,
      at: sample.since,
      message: sample.message,
      statement: digestOf(`${sample.repository} request`),
    },
    revoked: sample.revoked ?? null,
    moved: sample.moved ?? null,
    verdict: first
      ? 'fail'
      : sample.checks.some((check) => check.verdict === 'warn')
        ? 'warn'
        : 'pass',
    checks: sample.checks.map((check) => ({
      ...check,
      evidence: evidence
        .filter(
          (one) => one.kind === (check.rule.startsWith('tests') ? 'tests' : 'vulnerabilities'),
        )
        .slice(0, 1)
        .map((one) => one.digest),
    })),
    evidence,
    tests: sample.other
      ? null
      : {
          total: sample.tests.passed + sample.tests.failed + sample.tests.skipped,
          passed: sample.tests.passed,
          failed: sample.tests.failed,
          errored: 0,
          skipped: sample.tests.skipped,
          duration_s: 412,
        },
    vulnerabilities: countsOf(sample),
    golden:
      standing.state === 'promoted'
        ? {
            digest: sample.digest,
            version: sample.tag,
            since: new Date().toISOString(),
            by: ines,
            note: null,
          }
        : sample.golden,
    difference: differenceOf(
      sample,
      standing.state === 'promoted' ? 'It is the golden image of today.' : sample.sentence,
    ),
    decisions: standing.decisions,
    standing: {
      state: standing.state,
      approvals,
      needed,
      reopened: sample.reopened ?? null,
      blocked_by: objection?.by.name ?? null,
    },
    plan: {
      tags: [{ tag: 'golden', from, to: sample.digest }],
      sentence: from
        ? `golden moves from ${from.slice(7, 11)}… (${sample.golden?.version}) to ${sample.digest.slice(7, 11)}… (${sample.tag}). The old one stays pinned.`
        : `golden is placed on ${sample.digest.slice(7, 11)}… (${sample.tag}). It is the first golden image here.`,
    },
    can: {
      approve: open ? blocked : 'It is golden already.',
      promote: 'It is not approved yet.',
      decide: open ? null : 'It was decided.',
      waive: null,
      withdraw: objection?.by.name === me ? null : 'Only who asked can withdraw the request.',
      approval_promotes: approvals + 1 >= needed,
    },
    waivers: standing.waivers,
    vex: [],
    talk: standing.talk,
    activity: activityOf(sample, standing),
    distrusted: sample.distrusted ?? [],
  };
}

function countsOf(sample: Sample): Review['vulnerabilities'] {
  const of = (severity: string) => sample.findings.filter(([one]) => one === severity).length;
  return {
    total: sample.findings.length,
    critical: of('critical'),
    high: of('high'),
    medium: of('medium'),
    low: of('low'),
    unknown: of('unknown'),
    fixable: sample.findings.filter((finding) => finding[4] !== null).length,
    suppressed: 0,
  };
}

function activityOf(sample: Sample, standing: Standing): Activity[] {
  const decided = standing.decisions.map((one) => ({
    at: one.at,
    kind: one.decision,
    by: one.by,
    text: one.message,
    statement: one.statement,
  }));
  return [
    ...decided,
    {
      at: sample.since,
      kind: 'request',
      by: mara,
      text: sample.message,
      statement: digestOf(`${sample.repository} request`),
    },
    {
      at: hoursAgo(2.3),
      kind: 'evidence',
      by: ci,
      text: 'Attached junit.xml and trivy.json',
      statement: digestOf(`${sample.repository} evidence`),
    },
  ];
}
