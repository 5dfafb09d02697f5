/**
 * The history's search field, read as people write it: `by ines since 1 Oct payments/api refund`.
 * Everything narrows. One text is the only state: the inputs for dates, people and repositories
 * write into it, so that what is typed and what is chosen never differ.
 */
import type { HistoryQuery } from '../../bindings';
import { chipKinds, type ChipName } from './kinds';
import { dayOf, dayText } from './dates';

export type Word = 'by' | 'in' | 'tag' | 'digest' | 'since' | 'until';

export interface Understood {
  by: string | null;
  in: string | null;
  tag: string | null;
  digest: string | null;
  /** `2026-10-01` */
  since: string | null;
  /** `2026-10-31`, that day included. */
  until: string | null;
  /** What is left: words to look for anywhere. */
  text: string | null;
}

interface Token {
  text: string;
  quoted: boolean;
}

const WORDS: Record<string, Word> = {
  by: 'by',
  who: 'by',
  in: 'in',
  repo: 'in',
  repository: 'in',
  tag: 'tag',
  digest: 'digest',
  since: 'since',
  from: 'since',
  after: 'since',
  until: 'until',
  before: 'until',
};

export function understand(typed: string, now: Date): Understood {
  const tokens = tokensOf(typed);
  const found: Understood = {
    by: null,
    in: null,
    tag: null,
    digest: null,
    since: null,
    until: null,
    text: null,
  };
  const rest: string[] = [];
  let at = 0;
  while (at < tokens.length) {
    const taken = takeWord(tokens, at, found, now) || takeBare(tokens[at], found);
    if (!taken) rest.push(tokens[at]?.text ?? '');
    at += taken || 1;
  }
  found.text = rest.join(' ').trim() || null;
  return found;
}

/** A word with its value, `by ines` or `by:ines`; how many tokens that took. */
function takeWord(tokens: Token[], at: number, found: Understood, now: Date): number {
  const first = tokens[at];
  if (!first || first.quoted) return 0;
  const [, name = '', joined = ''] = first.text.match(/^([a-z]+)(?::(.*))?$/is) ?? [];
  const word = WORDS[name.toLowerCase()];
  if (!word || found[word] !== null) return 0;
  // `by:` with nothing after it, or followed by a space, takes the next token as `by` does.
  const own = joined ? [joined] : [];
  const after = tokens.slice(at + 1, at + 4).map((token) => token.text);
  if (word === 'since' || word === 'until')
    return takeDate(word, [...own, ...after], own.length, found, now);
  const value = own[0] ?? after[0];
  if (!value) return 0;
  found[word] = value;
  return own.length ? 1 : 2;
}

/** The longest run of tokens that is a day: `1 Oct 2026`, `1 Oct`, `yesterday`. */
function takeDate(
  word: 'since' | 'until',
  parts: string[],
  own: number,
  found: Understood,
  now: Date,
): number {
  for (let length = Math.min(3, parts.length); length > 0; length -= 1) {
    const day = dayOf(parts.slice(0, length).join(' '), now);
    if (!day) continue;
    found[word] = day;
    return 1 + length - own;
  }
  return 0;
}

/** A digest needs no word before it. */
function takeBare(token: Token | undefined, found: Understood): number {
  if (!token || token.quoted || found.digest !== null) return 0;
  if (!/^sha(256|512):[0-9a-f]{6,128}$/.test(token.text)) return 0;
  found.digest = token.text;
  return 1;
}

function tokensOf(typed: string): Token[] {
  const tokens: Token[] = [];
  for (const match of typed.matchAll(/([a-z]+:)?"([^"]*)"|\S+/gi)) {
    const [whole, word, quoted] = match;
    if (quoted === undefined) tokens.push({ text: whole.replace(/[,;·]+$/, ''), quoted: false });
    else if (word) tokens.push({ text: `${word}${quoted}`, quoted: false });
    else tokens.push({ text: quoted, quoted: true });
  }
  return tokens.filter((token) => token.text !== '');
}

/** The text of the field for what was understood; its words in one order. */
export function written(understood: Understood): string {
  const quote = (text: string) => (/\s/.test(text) ? `"${text}"` : text);
  const parts = [
    understood.in && `in ${quote(understood.in)}`,
    understood.tag && `tag ${quote(understood.tag)}`,
    understood.digest && `digest ${understood.digest}`,
    understood.by && `by ${quote(understood.by)}`,
    understood.since && `since ${dayText(understood.since)}`,
    understood.until && `until ${dayText(understood.until)}`,
    understood.text,
  ];
  return parts.filter(Boolean).join(' ');
}

/** The same text with one thing in it set, or taken away. */
export function withWord(typed: string, word: keyof Understood, value: string, now: Date): string {
  return written({ ...understand(typed, now), [word]: value.trim() || null });
}

/** What is understood, a piece each, to be shown and taken away one by one. */
export function pieces(understood: Understood): { word: Word; words: string }[] {
  const all: [Word, string | null][] = [
    ['in', understood.in && `repository ${understood.in}`],
    ['tag', understood.tag && `tag ${understood.tag}`],
    ['digest', understood.digest && `digest ${understood.digest.slice(0, 18)}…`],
    ['by', understood.by && `by ${understood.by}`],
    ['since', understood.since && `since ${dayText(understood.since)}`],
    ['until', understood.until && `until the end of ${dayText(understood.until)}`],
  ];
  return all.flatMap(([word, words]) => (words ? [{ word, words }] : []));
}

/** The question to the history. Days are days of this machine's zone. */
export function queryOf(chip: ChipName, typed: string, me: string | null, now: Date): HistoryQuery {
  const found = understand(typed, now);
  return {
    repository: found.in,
    tag: found.tag,
    digest: found.digest,
    actor: chip === 'mine' ? me : found.by,
    kind: chipKinds[chip],
    since: found.since && startOf(found.since, 0),
    until: found.until && startOf(found.until, 1),
    text: found.text,
    after: null,
    limit: null,
  };
}

/** Whether it asks for everything, so that every entry has its place by its number. */
export function isWhole(query: HistoryQuery): boolean {
  const { repository, tag, digest, actor, kind, since, until, text } = query;
  return [repository, tag, digest, actor, kind, since, until, text].every((one) => one === null);
}

function startOf(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}
