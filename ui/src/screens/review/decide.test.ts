import { describe, expect, test } from 'vitest';
import type { CheckVerdict, Promotion, Review } from '../../bindings';
import { sampleHost } from '../../sample';
import {
  checksWords,
  decisionOn,
  mainAct,
  mainLabel,
  platformsWords,
  promotionFailure,
} from './decide';
import { httpsHost } from './links';

const host = sampleHost('', 0);
const { waiting } = await host.call('queue');
const good = waiting.find((one) => one.repository === 'payments/api');
const review = await host.call('review', { image: good?.image ?? '', stage: 'golden' });
const like = (changes: Partial<Review>): Review => ({ ...review, ...changes });

describe('the main button', () => {
  test('says which tags its approval moves', () => {
    expect(mainLabel(review)).toBe('Approve and move golden');
    const to = review.digest;
    const tags = ['golden', 'prod', 'stable'].map((tag) => ({ tag, from: null, to }));
    expect(mainLabel(like({ plan: { tags: tags.slice(0, 2), sentence: '' } }))).toBe(
      'Approve and move golden and prod',
    );
    expect(mainLabel(like({ plan: { tags, sentence: '' } }))).toBe(
      'Approve and move golden and 2 more',
    );
  });

  test('says which approval of how many it is, where others are needed', () => {
    const two = like({
      standing: { ...review.standing, needed: 2 },
      can: { ...review.can, approval_promotes: false },
    });
    expect(mainLabel(two)).toBe('Approve (1 of 2)');
  });

  test('moves the tags of what is approved already', () => {
    const approved = like({
      standing: { ...review.standing, state: 'approved', approvals: 1 },
      can: { ...review.can, approve: 'You approved it.', promote: null },
    });
    expect(mainAct(approved)).toBe('promote');
    expect(mainLabel(approved)).toBe('Move golden');
  });

  test('is not there for what is decided', () => {
    const promoted = like({
      standing: { ...review.standing, state: 'promoted' },
      can: { ...review.can, approve: 'It is golden already.' },
    });
    expect(mainAct(promoted)).toBe('none');
  });
});

describe('a decision', () => {
  test('names every piece of evidence that was shown, and what golden was seen to be', () => {
    const decision = decisionOn(review, '  green on both  ');
    expect(decision.seen).toEqual(review.evidence.map((one) => one.digest));
    expect(decision.seen_golden).toBe(review.golden?.digest);
    expect(decision.message).toBe('green on both');
    expect(decision.promote).toBe(true);
  });
});

describe('the sum of the checks', () => {
  const of = (...verdicts: CheckVerdict[]) =>
    checksWords(verdicts.map((verdict) => ({ ...review.checks[0]!, verdict })));

  test('counts each check once: five that pass and one waived are not six that pass', () => {
    expect(of('pass', 'pass', 'pass', 'pass', 'pass', 'waived')).toBe('5 pass, 1 waived');
    expect(of('fail', 'warn', 'pass')).toBe('1 fails, 1 warning, 1 pass');
    expect(of('fail', 'fail')).toBe('2 fail');
  });
});

describe('a promotion that did not end well', () => {
  const promotion: Promotion = {
    outcome: 'promoted',
    repository: 'h/r',
    stage: 'golden',
    digest: review.digest,
    previous: null,
    tags: [],
    moves: [],
    pins: [],
    source: null,
    copied: 0,
    bytes: 0,
    mounted: 0,
    missing: [],
    requests: 1,
    seconds: 1,
    dry_run: false,
    message: 'golden was moved by somebody.',
    statement: null,
  };

  test('is a failure to show; one that did, and one that was done already, are none', () => {
    expect(promotionFailure(promotion)).toBeNull();
    expect(promotionFailure({ ...promotion, outcome: 'already' })).toBeNull();
    expect(promotionFailure({ ...promotion, outcome: 'conflict' })).toMatchObject({
      code: 'conflict',
      message: promotion.message,
    });
    expect(promotionFailure({ ...promotion, outcome: 'refused' })?.code).toBe('policy-refuses');
  });

  test('says what is missing since', () => {
    const partial = { ...promotion, outcome: 'partial' as const, missing: ['sbom'] };
    expect(promotionFailure(partial)).toMatchObject({
      title: 'Only a part was moved',
      hint: 'Missing now: sbom',
    });
  });
});

test('platforms name a system once where several follow it', () => {
  expect(platformsWords(['linux/amd64', 'linux/arm64', 'windows/amd64'])).toBe(
    'linux/amd64, arm64, windows/amd64',
  );
});

test('only https links lead outside', () => {
  expect(httpsHost('https://ci.example.com/1')).toBe('ci.example.com');
  expect(httpsHost('http://ci.example.com/1')).toBeNull();
  expect(httpsHost('javascript:alert(1)')).toBeNull();
  expect(httpsHost('no link')).toBeNull();
  expect(httpsHost(null)).toBeNull();
});
