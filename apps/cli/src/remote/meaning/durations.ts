const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `2h`, `3d`; null for anything else. */
export function msIn(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  return match && Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/** In the largest unit that leaves no rest, so that {@link msIn} reads it back. */
export function durationInWords(ms: number): string {
  const unit = Object.entries(UNITS).findLast(([, size]) => ms % size === 0 && ms >= size);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}
