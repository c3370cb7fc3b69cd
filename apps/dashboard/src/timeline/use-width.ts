import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** How wide the parent of an element is, as long as it is there. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const parent = element.current!.parentElement!;
    const observer = new ResizeObserver(() => setWidth(Math.floor(parent.clientWidth)));
    observer.observe(parent);
    return () => observer.disconnect();
  }, []);
  return width;
}
