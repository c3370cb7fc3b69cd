import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const LEAST = 120;

/** How wide an element is, as long as it is there; never less than something can be drawn on. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const { current } = element;
    const observer = new ResizeObserver(() => setWidth(Math.max(LEAST, Math.floor(current!.clientWidth))));
    observer.observe(current!);
    return () => observer.disconnect();
  }, []);
  return width;
}
