import { describe, expect, test } from 'vitest';
import bindings from '../bindings/index.ts?raw';
import { actionWords, errorTable, errorWords } from './errors';
import type { Code } from '../bindings';

const union = /export type Code = ([^;]+);/.exec(bindings)?.[1] ?? '';
const codes = [...union.matchAll(/"([^"]+)"/g)].map((match) => match[1] as Code);

describe('the table of failures', () => {
  test('has a row for every code of the bindings, and no other', () => {
    expect(codes.length).toBeGreaterThan(20);
    expect(Object.keys(errorTable).sort()).toEqual([...codes].sort());
  });

  test('never gives two failures of different severity the same words', () => {
    const seen = new Map<string, string>();
    for (const code of codes) {
      const { title, severity } = errorTable[code];
      expect(seen.get(title) ?? severity, title).toBe(severity);
      seen.set(title, severity);
    }
  });

  test('tells refused, wrong and broken apart', () => {
    expect(errorTable['policy-refuses'].severity).toBe('refused');
    expect(errorTable['wrong-signature'].severity).toBe('wrong');
    expect(errorTable.unreachable.severity).toBe('broken');
  });

  test('gives wrong password, certificate, reach, rate and right five different titles', () => {
    const five: Code[] = [
      'wrong-password',
      'tls-untrusted',
      'unreachable',
      'rate-limited',
      'forbidden',
    ];
    expect(new Set(five.map((code) => errorTable[code].title)).size).toBe(5);
  });

  test('has words for every action that it offers', () => {
    for (const code of codes) {
      const { action } = errorTable[code];
      if (action !== 'none') expect(actionWords[action]).toMatch(/\w/);
    }
  });

  test('shows a code that it does not know as a fault of our own', () => {
    expect(errorWords('from-the-future' as Code)).toBe(errorTable.internal);
  });
});
