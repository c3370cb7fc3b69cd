import { percentOf, type Vacancy } from '@conclave/audit';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** The two largest parts: `2 d 3 h`, `4 min 5 s`, `12.3 s`, `250 ms`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const [n, [unit, size]] = [...UNITS.entries()].find(([, [, least]]) => ms >= least)!;
  const [lower, lowerSize] = UNITS[n + 1] ?? ['s', 1_000];
  const rest = Math.floor((ms % size) / lowerSize);
  return `${Math.floor(ms / size)} ${unit}${rest > 0 ? ` ${rest} ${lower}` : ''}`;
}

/** Of a whole. */
export function share(ms: number, wholeMs: number): string {
  if (wholeMs === 0) return '–';
  const percent = percentOf(ms, wholeMs);
  return ms > 0 && Number(percent) === 0 ? '< 0.001 %' : `${percent} %`;
}

export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

/** What kept everybody from following, when the vacancy began. */
export const WHY_NOBODY: Record<Vacancy['why'], string> = {
  paused: 'elections were paused',
  'no-runner': 'no runner was registered',
  'nobody-active': 'no runner was active',
  'all-tainted': 'every active runner was tainted',
  'strict-pin': 'a strict pin let nobody else lead',
  'cooling-down': 'whoever was active was cooling down',
  flapping: 'whoever was active had fallen silent too often',
  mixed: 'one runner was kept back by this, another by that',
  unknown: 'the record does not say why',
};

export const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
