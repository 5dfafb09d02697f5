import { expect, test } from 'vitest';
import { bellCount, bellLabel, noticeTitle } from './notice-words';
import {
  addressProblem,
  freshSecret,
  webhookEvents,
  webhookState,
} from '../screens/settings/webhooks';

test('the bell says how many are new, in words for those who do not see it', () => {
  expect(bellLabel(0)).toBe('Notices, nothing new');
  expect(bellLabel(1)).toBe('Notices, 1 new');
  expect(bellCount(120)).toBe('99+');
});

test('a notice names what happened and to which image', () => {
  const notice = { kind: 'approve', repository: 'r.io/shop/cart', tag: '1.4' };
  expect(noticeTitle(notice)).toBe('Approved: shop/cart 1.4');
  expect(noticeTitle({ ...notice, kind: 'later', tag: null })).toBe('later: shop/cart');
});

test('a webhook that does not hear says why and when it is tried again', () => {
  const hook = { waiting: 0, given_up: 0, error: null, delivered_at: null, next_try: null };
  expect(webhookState(hook).text).toBe('nothing sent yet');
  const now = Date.parse('2026-01-01T00:00:00Z');
  const down = { ...hook, waiting: 2, error: 'no answer', next_try: '2026-01-01T00:05:00Z' };
  const told = webhookState(down, now);
  expect(told.tone).toBe('bad');
  expect(told.text).toMatch(/^2 messages wait: no answer; next try in 5 min/);
  expect(webhookState({ ...hook, given_up: 3, error: 'gone' }).text).toContain('3 given up');
  expect(webhookEvents([])).toBe('told everything');
  expect(webhookEvents(['promotion'])).toBe('told of promoted');
});

test('an address is looked at before it is sent, and a secret is never the same', () => {
  expect(addressProblem('')).not.toBeNull();
  expect(addressProblem('ftp://x')).not.toBeNull();
  expect(addressProblem('https://x/y')).toBeNull();
  expect(freshSecret()).toMatch(/^[0-9a-f]{64}$/);
  expect(freshSecret()).not.toBe(freshSecret());
});
