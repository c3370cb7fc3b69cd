import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import { MayOrder } from '../api/use-who.js';
import { useQuery } from './use-query.js';

interface Given {
  order: string;
  runner?: string;
  proposal?: string;
  taint?: string;
  children: ComponentChildren;
}

/** Opens the form of an order, which stands in the address like everything else; nothing to whoever may not. */
export function OrderLink({ order, runner, proposal, taint, children }: Given) {
  const [, change] = useQuery();
  if (!useContext(MayOrder)) return null;
  const patch = { order, runner: runner ?? null, proposal: proposal ?? null, taint: taint ?? null };
  return (
    <button type="button" class="order" onClick={() => change(patch, true)}>
      {children}
    </button>
  );
}
