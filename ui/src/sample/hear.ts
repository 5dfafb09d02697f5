/** What the sample host has heard, and whom it tells. */
import type { Notice, Notices, Webhook } from '../bindings';
import type { Answers } from './answers';
import type { Team } from './team';
import { daysAgo } from './time';

export function hearAnswers(team: Team): Partial<Answers> {
  const candidate = team.queue().waiting[0] ?? team.queue().recent[0];
  const notice = (id: number, kind: string, text: string, seen: boolean): Notice => ({
    id,
    heard_at: daysAgo(id / 8),
    seen,
    event: `sha256:${String(id).repeat(64).slice(0, 64)}`,
    kind,
    at: daysAgo(id / 8),
    image: candidate?.image ?? '',
    repository: `${candidate?.host}/${candidate?.repository}`,
    tag: candidate?.tag ?? null,
    stage: candidate?.stage ?? 'golden',
    by: { name: 'Ines', key_id: 'ab'.repeat(32), verified: true },
    text,
    workspace: 'Practice',
  });
  const rows = [
    notice(1, 'request-changes', 'Ines asked for changes: “The base image is 90 days old.”', false),
    notice(2, 'comment', 'Ines: “Which ticket is this for?”', false),
    notice(3, 'approve', 'Ines approved for golden: “All of it looked at.”', true),
  ];
  let webhooks: Webhook[] = [
    {
      name: 'team chat',
      origin: 'https://hooks.example.com',
      form: 'slack',
      events: ['promotion', 'revocation'],
      signed: false,
      waiting: 2,
      given_up: 0,
      delivered_at: daysAgo(1),
      error: 'the receiver answered 503 Service Unavailable',
      next_try: daysAgo(-0.01),
      messages: [
        {
          event: `sha256:${'2'.repeat(64)}`,
          at: daysAgo(0.1),
          tries: 0,
          next_try: daysAgo(0.1),
          delivered_at: null,
          given_up: false,
          error: null,
        },
        {
          event: `sha256:${'1'.repeat(64)}`,
          at: daysAgo(0.2),
          tries: 3,
          next_try: daysAgo(-0.01),
          delivered_at: null,
          given_up: false,
          error: 'the receiver answered 503 Service Unavailable',
        },
      ],
    },
  ];
  const all = (): Notices => ({
    rows,
    total: rows.length,
    unseen: rows.filter((row) => !row.seen).length,
    fresh: 0,
    problems: [],
  });
  return {
    notices: all,
    saw: ({ id }) => {
      for (const row of rows) if (id === null || row.id === id) row.seen = true;
      return all();
    },
    webhooks: () => webhooks,
    add_webhook: (ask) => {
      const added: Webhook = {
        name: ask.name,
        origin: new URL(ask.url).origin,
        form: ask.form,
        events: ask.events,
        signed: ask.secret !== null,
        waiting: 0,
        given_up: 0,
        delivered_at: null,
        error: null,
        next_try: null,
        messages: [],
      };
      webhooks = [...webhooks, added];
      return added;
    },
    test_webhook: ({ name }) => {
      const hook = webhooks.find((one) => one.name === name);
      if (!hook) throw { code: 'not-found', message: `there is no webhook “${name}”`, hint: null };
      const heard = { ...hook, waiting: 0, error: null, next_try: null, delivered_at: daysAgo(0) };
      webhooks = webhooks.map((one) => (one === hook ? heard : one));
      return heard;
    },
    remove_webhook: ({ name }) => (webhooks = webhooks.filter((one) => one.name !== name)),
  };
}
