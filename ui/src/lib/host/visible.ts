/**
 * Foreign text made safe for the page: a character that a page obeys instead of showing it, such as
 * one that turns the reading direction around, becomes visible text like `\u{202e}`. Every answer,
 * failure and progress of the host passes here, and here alone. It never touches what is asked: a
 * name with such a character that is sent back is another name, which the program does not find, and
 * a text that is edited here is saved as it was seen.
 */
import type { Host } from './host';

/**
 * Control characters (C0, DEL, C1) but for tab and the ends of lines, marks and overrides of the
 * reading direction, separators of lines, Unicode's invisible characters, and its tags. The joiners
 * U+200C and U+200D stay: emoji and whole scripts are written with them.
 */
const OBEYED =
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\r(?!\n)/u;
const EACH = new RegExp(OBEYED.source, 'gu');

/** The host whose answers, failures and progress are visible; everything else is the host's own. */
export function visibleHost<H extends Host>(host: H): H {
  const shown: Pick<Host, 'call' | 'long'> = {
    call: (name, ...args) => host.call(name, ...args).then(visible, refuse),
    long: (name, args, task, onProgress) =>
      host
        .long(name, args, task, (progress) => onProgress(visible(progress)))
        .then(visible, refuse),
  };
  return Object.assign(Object.create(host) as H, shown);
}

function refuse(thrown: unknown): never {
  throw thrown instanceof Error ? thrown : visible(thrown);
}

/** The value with every text in it visible. Where there is nothing to show it is the same value. */
export function visible<T>(value: T): T {
  return anyVisible(value) as T;
}

function anyVisible(value: unknown): unknown {
  if (typeof value === 'string') return textVisible(value);
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? listVisible(value) : recordVisible(value);
}

function textVisible(text: string): string {
  return OBEYED.test(text) ? text.replace(EACH, escaped) : text;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

function listVisible(list: unknown[]): unknown[] {
  let copy: unknown[] | null = null;
  for (const [at, before] of list.entries()) {
    const after = anyVisible(before);
    if (after !== before) (copy ??= [...list])[at] = after;
  }
  return copy ?? list;
}

/** Names of members are foreign too where they are an image's labels. */
function recordVisible(record: object): object {
  const before = Object.entries(record);
  const after = before.map(([name, value]) => [textVisible(name), anyVisible(value)] as const);
  const same = after.every(([name, value], at) => {
    const [itsName, itsValue] = before[at] ?? [];
    return name === itsName && value === itsValue;
  });
  return same ? record : Object.fromEntries(after);
}
