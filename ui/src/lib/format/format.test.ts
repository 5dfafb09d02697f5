import { describe, expect, test } from 'vitest';
import { digest12, shortDigest, splitImage } from './digest';
import { count, percent, plural, seconds, size } from './number';
import { absolute, age, ago, day } from './time';

const now = Date.parse('2026-11-23T14:02:00Z');
const before = (milliseconds: number) => new Date(now - milliseconds).toISOString();
const HOUR = 3_600_000;

describe('digests', () => {
  const digest = `sha256:7c1e${'0'.repeat(56)}a90f`;

  test('are short with both ends, and name their algorithm where asked', () => {
    expect(shortDigest(digest)).toBe('7c1e…a90f');
    expect(shortDigest(digest, true)).toBe('sha256:7c1e…a90f');
    expect(digest12(digest)).toBe('7c1e00000000');
  });

  test('are taken from an image whose host has a port', () => {
    expect(splitImage(`127.0.0.1:5000/payments/api@${digest}`)).toEqual({
      repository: '127.0.0.1:5000/payments/api',
      digest,
    });
  });
});

describe('times', () => {
  test('are short while they are young, and whole days with a year when old', () => {
    expect(age(before(20_000), now)).toBe('now');
    expect(age(before(5 * 60_000), now)).toBe('5 min');
    expect(age(before(26 * HOUR), now)).toBe('26 h');
    expect(age(before(5 * 24 * HOUR), now)).toBe('5 d');
    expect(age(before(31 * 24 * HOUR), now)).toBe('23 Oct 2026');
    expect(ago(before(2 * HOUR), now)).toBe('2 h ago');
    expect(ago(before(60 * 24 * HOUR), now)).toBe('on 24 Sep 2026');
  });

  test('have a year and a zone when they are whole', () => {
    expect(absolute('2026-11-23T14:02:00Z')).toMatch(/^\d+ \w+ 2026, \d\d:\d\d \S+/);
    expect(day('2026-09-24T10:00:00Z')).toBe('24 Sep 2026');
  });

  test('in the future are told as the day, never as ago', () => {
    expect(age(before(-48 * HOUR), now)).toBe('25 Nov 2026');
  });

  test('that cannot be read stay what they are', () => {
    expect(absolute('yesterday')).toBe('yesterday');
    expect(age('yesterday', now)).toBe('yesterday');
  });
});

describe('figures', () => {
  test('are grouped by a space that does not break', () => {
    expect(count(1_284)).toBe('1\u202f284');
    expect(count(18_204_331)).toBe('18\u202f204\u202f331');
    expect(count(999)).toBe('999');
  });

  test('agree with their words', () => {
    expect(plural(1, 'test')).toBe('1 test');
    expect(plural(3, 'test')).toBe('3 tests');
    expect(plural(2, 'waits', 'wait')).toBe('2 wait');
  });

  test('of bytes and seconds have their unit', () => {
    expect(size(84_231_990)).toBe('84.2 MB');
    expect(size(412)).toBe('412 B');
    expect(seconds(0.037)).toBe('37 ms');
    expect(seconds(4.21)).toBe('4.2 s');
    expect(seconds(200)).toBe('3 min 20 s');
  });

  test('of progress stay between nothing and all', () => {
    expect(percent(150, 100)).toBe(100);
    expect(percent(-1, 100)).toBe(0);
    expect(percent(1, null)).toBeNull();
    expect(percent(1, 0)).toBeNull();
  });
});
