/** A team's workspace for the scene `team`: its document, its members, its rules. */
import type { AskMember, PolicyText, Team } from '../bindings';
import { ines } from './images';
import { digestOf } from './time';

const PEM = '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ\n-----END PUBLIC KEY-----\n';

const members: Team['members'] = (
  [
    ['ines', ['owner', 'approver']],
    ['tom', ['approver']],
    ['mara', ['requester']],
    ['ci@payments', ['ci']],
    ['audit@example.com', ['auditor']],
  ] as const
).map(([name, roles], at) => ({
  name,
  key: PEM,
  key_id: at === 0 ? (ines.key_id ?? '') : digestOf(name).slice(7),
  roles: [...roles],
}));

export function sampleTeam(version = 7, extra: AskMember[] = []): Team {
  return {
    id: 'b1f5e0a2-payments',
    name: 'Payments',
    repository: 'registry.example.com/payments/hallmark',
    digest: digestOf(`workspace ${version}`),
    version,
    signed_by: 'ines',
    key_id: members[0]?.key_id ?? '',
    members: [...members, ...extra.map((one) => ({ ...one, key_id: digestOf(one.name).slice(7) }))],
    warnings: [],
  };
}

export function samplePolicy(source: string): PolicyText {
  return {
    text: [
      '# What each stage asks for. Lines that begin with # are notes.',
      '',
      '[stage.golden]',
      'approvals = 1',
      'tests = "all-pass"',
      'scan_max_age_days = 7',
      'no_fixable = "high"',
      'evidence = ["tests", "vulnerabilities"]',
      '',
      '[stage.qa]',
      'approvals = 0',
      'tests = "all-pass"',
      '',
    ].join('\n'),
    source,
    digest: digestOf('policy'),
    words: [
      'Tests exist and all pass.',
      'A scan exists and is not older than 7 days.',
      'No finding of severity High or above has a fix that is not in.',
      'Evidence is for this digest and covers every platform.',
    ],
    read_only: null,
  };
}
