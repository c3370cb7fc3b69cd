import { useEffect, useState } from 'preact/hooks';
import { ask, Problem } from './ask.js';

export interface Answer<T> {
  data: T | null;
  problem: Problem | null;
  /** What is shown is of an earlier question. */
  isOld: boolean;
}

/** How long after nobody answered, or not yet. */
const AGAIN_MS = 3_000;
const isPassing = ({ status }: Problem): boolean => status === 0 || status === 429 || status === 503;

/** The answer to a question; asked again with each `revision`, the former answer shown meanwhile. Null: nothing is asked. */
export function useAsked<T>(
  path: string | null,
  revision: unknown = 0,
  how: (path: string, init: { signal: AbortSignal }) => Promise<T> = ask,
): Answer<T> {
  const [held, setHeld] = useState<{ path: string | null; data: T | null; problem: Problem | null }>({
    path: null,
    data: null,
    problem: null,
  });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (path === null) return setHeld({ path, data: null, problem: null });
    const stop = new AbortController();
    let timer = 0;
    how(path, { signal: stop.signal }).then(
      (data) => setHeld({ path, data, problem: null }),
      (error: Error) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(0, 'internal', error.message);
        setHeld((before) => ({ path, data: before.path === path ? before.data : null, problem }));
        if (isPassing(problem)) timer = window.setTimeout(() => setTries((n) => n + 1), AGAIN_MS);
      },
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [path, revision, tries]);
  return { data: held.data, problem: held.problem, isOld: held.path !== path };
}
