/** Webhooks in words. */
import type { Webhook, WebhookMessage } from '../../bindings';
import { kindWords } from '../history/kinds';
import { ago, left } from '../../lib/format/time';

/** What can be told, in the words of the history. */
export const eventKinds = [
  'request',
  'approve',
  'request-changes',
  'comment',
  'withdraw',
  'promotion',
  'rollback',
  'revocation',
].map((value) => ({ value, label: kindWords(value).words }));

export function webhookEvents(events: string[]): string {
  if (events.length === 0) return 'told everything';
  return `told of ${events.map((event) => kindWords(event).words.toLowerCase()).join(', ')}`;
}

/** How a webhook does: nothing is said to have arrived that did not. */
export function webhookState(
  hook: Pick<Webhook, 'waiting' | 'given_up' | 'error' | 'delivered_at' | 'next_try'>,
  now = Date.now(),
): { tone: 'bad' | 'plain'; text: string } {
  const why = hook.error ? `: ${hook.error}` : '';
  if (hook.waiting > 0 && hook.error) {
    const waits = hook.waiting === 1 ? '1 message waits' : `${hook.waiting} messages wait`;
    const pause = hook.next_try ? left(hook.next_try, now) : null;
    const next = pause ? `; next try in ${pause}` : '';
    return { tone: 'bad', text: `${waits}${why}${next}` };
  }
  if (hook.given_up > 0)
    return { tone: 'bad', text: `${hook.given_up} given up after a week${why}` };
  if (hook.waiting > 0) return { tone: 'plain', text: `${hook.waiting} to be sent` };
  if (hook.delivered_at)
    return { tone: 'plain', text: `last message arrived ${ago(hook.delivered_at, now)}` };
  return { tone: 'plain', text: 'nothing sent yet' };
}

/** What became of one message. */
export function messageOutcome(
  message: Pick<WebhookMessage, 'tries' | 'next_try' | 'delivered_at' | 'given_up' | 'error'>,
  now = Date.now(),
): { tone: 'bad' | 'plain'; text: string } {
  if (message.delivered_at) {
    const tries = message.tries > 1 ? `, at try ${message.tries}` : '';
    return { tone: 'plain', text: `arrived ${ago(message.delivered_at, now)}${tries}` };
  }
  const why = message.error ?? 'no reason is known';
  if (message.given_up) return { tone: 'bad', text: `given up: ${why}` };
  if (message.tries === 0) return { tone: 'plain', text: 'to be sent' };
  const pause = message.next_try ? left(message.next_try, now) : null;
  const tries = message.tries === 1 ? 'tried once' : `tried ${message.tries} times`;
  return { tone: 'bad', text: `${tries}: ${why}${pause ? `; next try in ${pause}` : ''}` };
}

/** Why an address cannot be taken, as far as it can be seen here. */
export function addressProblem(text: string): string | null {
  if (!text.trim()) return 'Where is it? Paste the address that the receiver gave you.';
  try {
    const url = new URL(text.trim());
    if (url.protocol === 'https:' || url.protocol === 'http:') return null;
    return 'It has to begin with https://.';
  } catch {
    return 'That is no address; it has to begin with https://.';
  }
}

/** A secret that nobody can guess, for the receiver to know our messages by. */
export function freshSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
