import { useEffect, useState } from 'preact/hooks';
import { nowMs } from '../api/clock.js';

/** The time of the server, anew each `everyMs`. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => {
    const timer = setInterval(() => setNow(nowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
