/** A Dockerfile's words apart, for colours alone: what it means is read by the program. */
export type TokenKind = 'plain' | 'comment' | 'keyword' | 'flag' | 'string' | 'variable';

export interface Token {
  kind: TokenKind;
  text: string;
}

const KEYWORDS =
  /^(\s*)(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)(?=\s|$)/i;
const PARTS =
  /("(?:[^"\\]|\\.)*"|'[^']*')|(\$\{[^}]*\}|\$\w+)|((?<=^|\s)--[\w-]+)|((?<=\s)(?:AS|as)(?=\s))/g;
/** Longer lines are shown as they are. */
const LONGEST = 2_000;

/** Whether the line after this one belongs to the same instruction. */
export function goesOn(line: string): boolean {
  return /\\\s*$/.test(line);
}

/** The tokens of one line; `inside` where it goes on with the line before. */
export function tokens(line: string, inside: boolean): Token[] {
  if (line.length > LONGEST) return [{ kind: 'plain', text: line }];
  if (/^\s*#/.test(line)) return [{ kind: 'comment', text: line }];
  const begins = inside ? null : KEYWORDS.exec(line);
  if (!begins) return partsOf(line);
  const [whole, space = '', word = ''] = begins;
  const head: Token[] = space ? [{ kind: 'plain', text: space }] : [];
  return [...head, { kind: 'keyword', text: word }, ...partsOf(line.slice(whole.length))];
}

function partsOf(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(PARTS)) {
    if (match.index > at) found.push({ kind: 'plain', text: text.slice(at, match.index) });
    const kind = match[1] ? 'string' : match[2] ? 'variable' : match[3] ? 'flag' : 'keyword';
    found.push({ kind, text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ kind: 'plain', text: text.slice(at) });
  return found;
}
