import { useEffect, useState } from 'preact/hooks';
import { ask, Problem } from './ask.js';

export interface Answer<T> {
  data: T | null;
  problem: Problem | null;
  /** What is shown is of an earlier question. */
  isOld: boolean;
}

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
  useEffect(() => {
    if (path === null) return setHeld({ path, data: null, problem: null });
    const stop = new AbortController();
    how(path, { signal: stop.signal }).then(
      (data) => setHeld({ path, data, problem: null }),
      (error: Error) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(0, 'internal', error.message);
        setHeld((before) => ({ path, data: before.path === path ? before.data : null, problem }));
      },
    );
    return () => stop.abort();
  }, [path, revision]);
  return { data: held.data, problem: held.problem, isOld: held.path !== path };
}
