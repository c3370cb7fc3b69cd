import { useEffect, useState } from 'preact/hooks';
import { nowMs } from '../api/clock.js';

/** The time of the server, anew each `everyMs` as long as somebody looks: what is asked again and again goes by it. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => {
    const tick = (): void => {
      if (!document.hidden) setNow(nowMs());
    };
    const timer = setInterval(tick, everyMs);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [everyMs]);
  return now;
}
