import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Drawn beyond what is seen, so that nothing is empty while it moves. */
const SPARE = 6;

/** Rows of two heights: some tall ones, then the rest. */
export interface Rows {
  count: number;
  tall: number;
  height: number;
  tallHeight: number;
}

/** Where row `n` begins. */
export const topOf = (n: number, { tall, height, tallHeight }: Rows): number =>
  Math.min(n, tall) * tallHeight + Math.max(0, n - tall) * height;

/** Which row is `y` below the top. */
function rowAt(y: number, { tall, height, tallHeight }: Rows): number {
  const ofTall = tall * tallHeight;
  return y < ofTall ? Math.floor(y / tallHeight) : tall + Math.floor((y - ofTall) / height);
}

/** Which of many rows are to be drawn: those on the screen; on paper all of them. */
export function useWindow(list: RefObject<HTMLElement | null>, rows: Rows): [first: number, last: number] {
  const [range, setRange] = useState<[number, number]>([0, 30]);
  const { count, tall, height, tallHeight } = rows;
  useEffect(() => {
    const look = (): void => {
      const y = -(list.current?.getBoundingClientRect().top ?? 0);
      const first = Math.min(count, Math.max(0, rowAt(Math.max(0, y), rows) - SPARE));
      const last = Math.min(count, rowAt(Math.max(0, y + window.innerHeight), rows) + 1 + SPARE);
      setRange((was) => (was[0] === first && was[1] === last ? was : [first, last]));
    };
    const all = (): void => setRange([0, count]);
    look();
    window.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', look);
    window.addEventListener('beforeprint', all);
    window.addEventListener('afterprint', look);
    return () => {
      window.removeEventListener('scroll', look);
      window.removeEventListener('resize', look);
      window.removeEventListener('beforeprint', all);
      window.removeEventListener('afterprint', look);
    };
  }, [count, tall, height, tallHeight]);
  return [Math.min(range[0], count), Math.min(range[1], count)];
}
