import { describe, expect, test } from 'vitest';
import type { GoldenRow } from '../../bindings';
import { graceWords, hostOf, markName, nameOf, tagWords } from './words';

const NOW = new Date('2026-11-23T10:00:00Z').getTime();
const row = (other: Partial<GoldenRow> = {}): GoldenRow => ({
  repository: 'r.io:5000/shop/api',
  tag: 'golden',
  digest: `sha256:${'7c1e'.repeat(16)}`,
  version: '1.0',
  platforms: 'linux/amd64',
  mark: 'golden',
  since: null,
  by: 'ines',
  approved_by: [],
  grace: null,
  tag_state: 'as-placed',
  names_now: null,
  looked_at: '2026-11-23T09:56:00Z',
  problem: null,
  from: 'FROM r.io:5000/shop/api@sha256:7c1e',
  entry: 4,
  ...other,
});

describe('whether a tag still says so', () => {
  test('is said with the time of the look', () => {
    expect(tagWords(row(), NOW).text).toBe('as placed, looked at 4 min ago');
  });

  test('is never said to hold where nobody looked', () => {
    const unknown = row({ tag_state: 'unknown', looked_at: null });
    expect(tagWords(unknown, NOW).text).toBe('not looked at yet');
    const failed = row({ tag_state: 'unknown', problem: 'r.io does not answer.' });
    expect(tagWords(failed, NOW).text).toBe('not looked at: r.io does not answer.');
  });

  test('names what it names instead', () => {
    const drifted = row({ tag_state: 'drifted', names_now: `sha256:${'31d0'.repeat(16)}` });
    expect(tagWords(drifted, NOW)).toEqual({ tone: 'warn', text: 'names 31d0…31d0 now' });
    expect(markName(drifted)).toBe('Golden, and its tag has drifted');
  });
});

describe('what is adopted', () => {
  test('is not approved until its grace ends, and says when that was', () => {
    const adopted = row({ mark: 'adopted', grace: '2027-02-21T10:00:00Z' });
    expect(graceWords(adopted, NOW)).toEqual({
      over: false,
      text: 'adopted, not approved until 21 Feb 2027',
    });
    const over = row({ mark: 'adopted', grace: '2026-11-01T10:00:00Z' });
    expect(graceWords(over, NOW)).toEqual({
      over: true,
      text: 'adopted, not approved; its grace ended 1 Nov 2026',
    });
    expect(graceWords(row(), NOW)).toBe(null);
  });
});

test('a repository is named without its host', () => {
  expect([nameOf('r.io:5000/shop/api'), hostOf('r.io:5000/shop/api')]).toEqual([
    'shop/api',
    'r.io:5000',
  ]);
});
