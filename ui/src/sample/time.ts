/** Times of the sample data, told from now, so that the screens always look lived in. */
const HOUR = 3_600_000;

export const hoursAgo = (hours: number): string =>
  new Date(Date.now() - hours * HOUR).toISOString();
export const daysAgo = (days: number): string => hoursAgo(days * 24);

/** A digest that is the same each time for the same name. */
export function digestOf(name: string): string {
  let hex = '';
  for (let part = 0; part < 8; part += 1) hex += fnv(`${name}/${part}`);
  return `sha256:${hex}`;
}

function fnv(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0).toString(16).padStart(8, '0');
}
