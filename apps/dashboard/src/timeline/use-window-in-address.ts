import { useEffect, useRef, useState } from 'preact/hooks';
import { useQuery } from '../parts/use-query.js';
import type { Span } from './bars.js';

/** Browsers take an address only so often; a drag moves more often. */
const REST_MS = 150;

/** The window that is looked at; null: the usual one. In the address as soon as it rests. */
export function useWindowInAddress(): [Span | null, (next: Span | null) => void] {
  const [{ from, to }, change] = useQuery();
  const [moving, setMoving] = useState<{ window: Span | null } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setMoving(null), [from, to]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (window: Span | null): void => {
    setMoving({ window });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      change({
        from: window && new Date(window.from).toISOString(),
        to: window && new Date(window.to).toISOString(),
      });
    }, REST_MS);
  };
  const inAddress = from && to && Date.parse(from) < Date.parse(to);
  const rested = inAddress ? { from: Date.parse(from), to: Date.parse(to) } : null;
  return [moving ? moving.window : rested, show];
}
