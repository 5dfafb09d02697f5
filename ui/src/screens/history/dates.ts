/** Days as people write them, and back. A day without a year is the last one that has been. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-10-01` for `1 Oct`, `Oct 1 2026`, `2026-10-01`, `yesterday`; nothing where it is no day. */
export function dayOf(text: string, now: Date): string | null {
  const words = text.trim().toLowerCase();
  const relative = relativeDay(words, now);
  if (relative) return relative;
  const iso = words.match(/^(\d{4})-(\d{2})-(\d{2})$/);
  if (iso) return checked(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]));
  const named = words.match(/^(\d{1,2})\.? ([a-z]{3,9})\.?(?: (\d{4}))?$/);
  if (named) return namedDay(named[1], named[2], named[3], now);
  const american = words.match(/^([a-z]{3,9})\.? (\d{1,2}),?(?: (\d{4}))?$/);
  return american ? namedDay(american[2], american[1], american[3], now) : null;
}

/** `1 Oct 2026` for `2026-10-01`. */
export function dayText(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${date} ${NAMES[(month ?? 1) - 1]} ${year}`;
}

function relativeDay(words: string, now: Date): string | null {
  const back = { today: 0, yesterday: 1 }[words];
  if (back !== undefined) return shifted(now, back);
  const days = words.match(/^(\d{1,3}) ?(d|days?|w|weeks?)$/);
  if (!days) return null;
  return shifted(now, Number(days[1]) * (days[2]?.startsWith('w') ? 7 : 1));
}

function shifted(now: Date, back: number): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back);
  return format(day.getFullYear(), day.getMonth(), day.getDate());
}

function namedDay(
  date: string | undefined,
  month: string | undefined,
  year: string | undefined,
  now: Date,
): string | null {
  const index = MONTHS.indexOf((month ?? '').slice(0, 3));
  if (index < 0) return null;
  if (year) return checked(Number(year), index, Number(date));
  const thisYear = checked(now.getFullYear(), index, Number(date));
  const today = format(now.getFullYear(), now.getMonth(), now.getDate());
  if (thisYear && thisYear <= today) return thisYear;
  return checked(now.getFullYear() - 1, index, Number(date));
}

/** The 31st of February is no day. */
function checked(year: number, month: number, date: number): string | null {
  const day = new Date(year, month, date);
  const same = day.getMonth() === month && day.getDate() === date && day.getFullYear() === year;
  return same ? format(year, month, date) : null;
}

function format(year: number, month: number, date: number): string {
  return `${year}-${String(month + 1).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
}
