import { describe, expect, it } from 'vitest';
import { dayOf, dayText } from './dates';
import { isWhole, pieces, queryOf, understand, withWord, written } from './filter';
import { chipKinds, chips, whatWords } from './kinds';

const now = new Date(2026, 10, 23, 14, 2);
const nothing = {
  by: null,
  in: null,
  tag: null,
  digest: null,
  since: null,
  until: null,
  text: null,
};

describe('a day', () => {
  it.each([
    ['2026-10-01', '2026-10-01'],
    ['1 Oct', '2026-10-01'],
    ['1. october 2025', '2025-10-01'],
    ['Oct 1', '2026-10-01'],
    ['Oct 1, 2024', '2024-10-01'],
    ['24 Nov', '2025-11-24'],
    ['23 Nov', '2026-11-23'],
    ['29 Feb', null],
    ['29 Feb 2024', '2024-02-29'],
    ['31 Feb 2026', null],
    ['today', '2026-11-23'],
    ['yesterday', '2026-11-22'],
    ['2 weeks', '2026-11-09'],
    ['payments', null],
  ])('%j is %j', (text, day) => expect(dayOf(text, now)).toBe(day));

  it('is written with its year', () => expect(dayText('2026-10-01')).toBe('1 Oct 2026'));
});

describe('the search field', () => {
  it('takes plain words as words', () => {
    expect(understand('refund suite', now)).toEqual({ ...nothing, text: 'refund suite' });
  });

  it('understands people, repositories and days', () => {
    expect(understand('payments since 1 Oct by ines in web/checkout', now)).toEqual({
      ...nothing,
      by: 'ines',
      in: 'web/checkout',
      since: '2026-10-01',
      text: 'payments',
    });
  });

  it('takes the mock’s own sentence', () => {
    expect(understand('payments · since 1 Oct · by ines', now)).toMatchObject({
      text: 'payments',
      since: '2026-10-01',
      by: 'ines',
    });
  });

  it('takes by:ines and names in quotation marks', () => {
    expect(understand('by:ines', now).by).toBe('ines');
    expect(understand('by "Ines Ruiz" refund', now)).toMatchObject({
      by: 'Ines Ruiz',
      text: 'refund',
    });
    expect(understand('by:"Ines Ruiz"', now).by).toBe('Ines Ruiz');
  });

  it('knows a digest without a word before it', () => {
    expect(understand('sha256:31d0aa55', now).digest).toBe('sha256:31d0aa55');
  });

  it('leaves “since” a word where no day follows', () => {
    expect(understand('broken since release', now)).toEqual({
      ...nothing,
      text: 'broken since release',
    });
  });

  it('leaves a word alone that stands at the end', () => {
    expect(understand('approved by', now)).toEqual({ ...nothing, text: 'approved by' });
  });

  it('takes the first of two days for since, and the other for until', () => {
    expect(understand('since 2026-10-01 until 31 Oct 2026', now)).toMatchObject({
      since: '2026-10-01',
      until: '2026-10-31',
      text: null,
    });
  });

  it('can be written from what was understood, and is then understood alike', () => {
    const typed = 'since 1 Oct refund by "Ines Ruiz" tag 2.8.0 until 1 Nov in a/b suite';
    const first = understand(typed, now);
    expect(understand(written(first), now)).toEqual(first);
  });

  it('lets one thing be set and taken away', () => {
    const set = withWord('refund', 'since', '2026-10-01', now);
    expect(set).toBe('since 1 Oct 2026 refund');
    expect(withWord(set, 'since', '', now)).toBe('refund');
  });

  it('shows what it understood, piece by piece', () => {
    const words = pieces(understand('by tom until 1 Nov x', now)).map((piece) => piece.words);
    expect(words).toEqual(['by tom', 'until the end of 1 Nov 2026']);
  });
});

describe('the question to the history', () => {
  it('asks for everything at first', () => {
    expect(isWhole(queryOf('all', '', 'ines', now))).toBe(true);
    expect(isWhole(queryOf('all', 'x', 'ines', now))).toBe(false);
    expect(isWhole(queryOf('mine', '', 'ines', now))).toBe(false);
  });

  it('has the kinds of its chip', () => {
    expect(queryOf('decisions', '', null, now).kind).toEqual([
      'approve',
      'request-changes',
      'comment',
      'waiver',
      'waiver-end',
    ]);
    expect(queryOf('all', '', null, now).kind).toBeNull();
  });

  it('is about me under “By me”, whoever is typed', () => {
    expect(queryOf('mine', 'by tom', 'ines', now).actor).toBe('ines');
  });

  it('holds the last day to its end', () => {
    const { since, until } = queryOf('all', 'since 2026-10-01 until 2026-10-01', null, now);
    expect(new Date(until ?? 0).getTime() - new Date(since ?? 0).getTime()).toBe(86_400_000);
  });

  it('has words for every chip', () => {
    expect(chips.map((chip) => chip.value)).toEqual(Object.keys(chipKinds));
  });
});

describe('what an entry says', () => {
  it('is gold for a promotion to golden and for nothing else', () => {
    expect(whatWords({ kind: 'promotion', tag: 'golden' })).toMatchObject({
      words: 'Promoted to golden',
      tone: 'gold',
    });
    expect(whatWords({ kind: 'promotion', tag: 'prod', stage: 'golden' })).toMatchObject({
      words: 'Promoted to golden',
      tone: 'gold',
    });
    expect(whatWords({ kind: 'promotion', tag: 'qa' })).toMatchObject({
      words: 'Promoted to qa',
      tone: 'plain',
    });
    expect(whatWords({ kind: 'comment', tag: 'golden' }).tone).toBe('plain');
  });

  it('is the kind’s own name where nobody knows it', () => {
    expect(whatWords({ kind: 'eclipse', tag: null }).words).toBe('eclipse');
  });
});
