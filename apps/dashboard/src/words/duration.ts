const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** The two largest parts: `2 d 3 h`, `4 min 5 s`, `12.3 s`, `250 ms`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const n = UNITS.findIndex(([, least]) => ms >= least);
  const [unit, size] = UNITS[n]!;
  const [lower, lowerSize] = UNITS[n + 1] ?? ['s', 1_000];
  const rest = Math.floor((ms % size) / lowerSize);
  return `${Math.floor(ms / size)} ${unit}${rest > 0 ? ` ${rest} ${lower}` : ''}`;
}

/** For what goes on: whole seconds, then whole minutes, so that it does not flicker. */
export function age(ms: number): string {
  if (ms < 1_000) return 'a moment';
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s`;
  const n = UNITS.findIndex(([, least]) => ms >= least);
  const [unit, size] = UNITS[n]!;
  return n === 2 ? `${Math.floor(ms / size)} ${unit}` : duration(Math.floor(ms / 60_000) * 60_000);
}

/** How long ago something was; a group's time may be ahead of the clock, by more than an answer takes (docs/decisions/012-group-time.md). */
export const elapsed = (ms: number): string => (ms < -2_000 ? 'an unknown time' : age(Math.max(0, ms)));

export const whole = (n: number): string => Math.round(n).toLocaleString('en-GB');
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${whole(n)} ${n === 1 ? one : many}`;

const TWO = (n: number): string => String(n).padStart(2, '0');
/** `12:03:04` where the reader is; with the date if it is not today's. */
export function clockTime(ms: number, nowMs: number, withMs = false): string {
  const at = new Date(ms);
  const time = `${TWO(at.getHours())}:${TWO(at.getMinutes())}:${TWO(at.getSeconds())}`;
  const precise = withMs ? `${time}.${String(at.getMilliseconds()).padStart(3, '0')}` : time;
  const date = `${at.getFullYear()}-${TWO(at.getMonth() + 1)}-${TWO(at.getDate())}`;
  return new Date(nowMs).toDateString() === at.toDateString() ? precise : `${date} ${precise}`;
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** With instants as the reader's clock has them. */
export const localised = (words: string): string =>
  words.replace(INSTANT, (at) => clockTime(Date.parse(at), Date.now()));
/** Words of the server as a sentence, with instants as the reader's clock has them. */
export const said = (words: string): string => sentence(localised(words));

export const sentence = (words: string): string =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.?!]$/.test(words) ? '' : '.'}`;
