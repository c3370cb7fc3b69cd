import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { cutOff, fetchFrom, type Problem } from '../api/ask.js';
import { ProblemNote } from './problem-note.js';

/** Saves what the server answers. A link could show no token. */
export function Download({
  path,
  name,
  accept,
  children,
}: {
  path: string;
  name: string;
  accept?: string;
  children: ComponentChildren;
}) {
  const [state, setState] = useState<{ isBusy: boolean; problem: Problem | null }>({
    isBusy: false,
    problem: null,
  });
  async function save(): Promise<void> {
    setState({ isBusy: true, problem: null });
    try {
      const response = await fetchFrom(path, { accept: accept ?? '*/*' });
      const url = URL.createObjectURL(await response.blob().catch(cutOff));
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      URL.revokeObjectURL(url);
      setState({ isBusy: false, problem: null });
    } catch (error) {
      setState({ isBusy: false, problem: error as Problem });
    }
  }
  return (
    <>
      <button type="button" aria-disabled={state.isBusy} onClick={() => void (state.isBusy || save())}>
        {children}
      </button>
      {state.problem && <ProblemNote problem={state.problem} unanswered="Try again." />}
    </>
  );
}
