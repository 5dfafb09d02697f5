/** Times in words. An absolute time always has its year and its zone; `now` is passed in. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `23 Nov 2026, 14:02 UTC`, in the zone of this machine. */
export function absolute(at: string | number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  return `${day(date)}, ${clock.format(date)}`;
}

/** `23 Nov 2026` */
export function day(at: string | number | Date): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
    .format(date)
    .replace('Sept', 'Sep');
}

/** `now`, `4 min`, `2 h`, `3 d`, and from two weeks on the day itself. */
export function age(at: string | number, now: number): string {
  const then = new Date(at).getTime();
  if (Number.isNaN(then)) return String(at);
  const passed = now - then;
  if (passed < -MINUTE) return day(then);
  if (passed < MINUTE) return 'now';
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min`;
  if (passed < 2 * DAY) return `${Math.floor(passed / HOUR)} h`;
  if (passed < 14 * DAY) return `${Math.floor(passed / DAY)} d`;
  return day(then);
}

/** `just now`, `2 h ago`, `on 12 Nov 2026` */
export function ago(at: string | number, now: number): string {
  const words = age(at, now);
  if (words === 'now') return 'just now';
  return /^\d+ (min|h|d)$/.test(words) ? `${words} ago` : `on ${words}`;
}

/** How long it is until then: `12 min`, `3 h`, `40 d`; nothing where it has passed. */
export function left(at: string | number, now: number): string | null {
  const rest = new Date(at).getTime() - now;
  if (Number.isNaN(rest) || rest <= 0) return null;
  if (rest < HOUR) return `${Math.max(1, Math.floor(rest / MINUTE))} min`;
  return rest < 2 * DAY ? `${Math.floor(rest / HOUR)} h` : `${Math.floor(rest / DAY)} d`;
}
