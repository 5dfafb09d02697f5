/** Links that go with a request: https only, as everywhere. */

/** Why this cannot be a link; nothing where it can, or where there is none. */
export function linkProblem(typed: string): string | null {
  const text = typed.trim();
  if (text === '') return null;
  if (!URL.canParse(text)) return 'Type the whole address, beginning with https://.';
  const url = new URL(text);
  if (url.protocol !== 'https:') return 'Only https links are kept.';
  return url.username || url.password ? 'A link must not carry a name or a password.' : null;
}
