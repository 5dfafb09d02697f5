import { beforeEach, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { confirm } from '../../state/confirm.svelte';
import { queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { toast } from '../../state/toast.svelte';
import { click, failure, get, query, settle, show, type, until, useSample } from '../../testing';
import { messageOutcome } from './webhooks';

let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);

beforeEach(async () => {
  host = useSample();
  app.kept.clear();
  queue.kept.clear();
  confirm.close();
  toast.close();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'settings' });
  await until('webhook');
});

test('a webhook that does not hear says how much waits, why, and when it is tried again', () => {
  const text = get('webhook').textContent;
  expect(text).toContain('2 messages wait: the receiver answered 503');
  expect(text).toContain('next try in');
  expect(get('webhook-log').textContent).toContain('tried 3 times');
});

test('a trial that fails stays beside its webhook, and one that works clears it', async () => {
  host.override('test_webhook', () => {
    throw failure('unreachable', 'team chat: no answer within 10 s');
  });
  await click('test-webhook');
  expect((await until('error-unreachable')).textContent).toContain('no answer within 10 s');
  useSample();
  await click('test-webhook');
  expect(query('error-unreachable')).toBe(null);
  expect(get('webhook').textContent).toContain('last message arrived');
});

test('one is added with what it is told and signed with, and its secret is shown nowhere', async () => {
  await click('add-webhook');
  await until('webhook-url');
  await click('webhook-submit');
  expect(called('add_webhook')).toEqual([]);
  await type('webhook-name', 'build bot');
  await type('webhook-url', 'https://bot.example.com/hook/7f3a');
  await type('webhook-secret', 'four plain words');
  await click('webhook-submit');
  expect(called('add_webhook')).toEqual([
    {
      name: 'build bot',
      url: 'https://bot.example.com/hook/7f3a',
      form: 'json',
      events: [],
      secret: 'four plain words',
      plain_http: false,
    },
  ]);
  await settle();
  expect(document.body.textContent).toContain('https://bot.example.com');
  expect(document.body.innerHTML).not.toContain('7f3a');
  expect(document.body.innerHTML).not.toContain('four plain words');
});

test('removing one says what is lost, and asks', async () => {
  await click('remove-webhook');
  expect(confirm.question?.body.join(' ')).toContain(
    '2 messages wait for it, and will not be sent.',
  );
  expect(called('remove_webhook')).toEqual([]);
});

test('a message says what became of it', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const message = { tries: 0, next_try: null, delivered_at: null, given_up: false, error: null };
  const told = (more: object) => messageOutcome({ ...message, ...more }, now).text;
  expect(told({})).toBe('to be sent');
  expect(told({ tries: 1, error: 'no', next_try: '2026-01-01T00:05:00Z' })).toBe(
    'tried once: no; next try in 5 min',
  );
  expect(told({ tries: 9, error: 'gone', given_up: true })).toBe('given up: gone');
  expect(told({ tries: 2, delivered_at: '2025-12-31T23:55:00Z' })).toMatch(
    /^arrived .*, at try 2$/,
  );
});
