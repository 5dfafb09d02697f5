/** The policy's editor: what a draft comes to, and what it would have said of past reviews. */
import type { DraftLine, PolicyCheck, PolicyDraft, PolicyTrial } from '../bindings';
import { samplePolicy } from './people';
import { digestOf, hoursAgo } from './time';

/** A line that begins with “wrong” is. */
export function policyCheck(draft: PolicyDraft): PolicyCheck {
  const lines = draft.text.split('\n');
  const wrong = lines.findIndex((line) => line.startsWith('wrong'));
  const before = samplePolicy('').text.split('\n');
  const difference: DraftLine[] = [
    ...before.filter((line) => !lines.includes(line)).map(removed),
    ...lines.map((text): DraftLine => ({ change: before.includes(text) ? 'same' : 'added', text })),
  ];
  return {
    problem:
      wrong < 0
        ? null
        : {
            line: wrong + 1,
            column: 1,
            message: 'unknown field `wrong`, expected one of `approvals`, `tests`',
          },
    words: [],
    difference,
  };
}

function removed(text: string): DraftLine {
  return { change: 'removed', text };
}

export function policyTry(): PolicyTrial {
  const digest = digestOf('tried');
  const repository = 'registry.example.com/payments/api';
  return {
    sentence: 'It would have blocked 1 of the last 40; the policy in force would have blocked 0.',
    reviews: 40,
    refused_now: 0,
    blocked: [
      {
        image: `${repository}@${digest}`,
        repository,
        digest,
        tag: '2.7.9',
        stage: 'golden',
        at: hoursAgo(50),
        by: 'ines',
        kind: 'approve',
        because: [
          'Fixes are taken in within 14 days: 1 fix has been available for longer than 14 days: CVE-2026-20771 in openssl 3.0.17-1, fixed in 3.0.18-1, for 21 days.',
        ],
        refused_now: false,
      },
    ],
    unread: [],
  };
}
