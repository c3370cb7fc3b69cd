import { useContext } from 'preact/hooks';
import { MayOrder } from '../api/use-who.js';
import { useQuery } from './use-query.js';

interface Given {
  order: string;
  runner?: string;
  proposal?: string;
  taint?: string;
  /** Of fifty that look alike: beside it this stands only for those who see it. */
  whose?: string;
  children: string | string[];
}

/** Opens the form of an order, which stands in the address like everything else; nothing to whoever may not. */
export function OrderLink({ order, runner, proposal, taint, whose, children }: Given) {
  const [, change] = useQuery();
  if (!useContext(MayOrder)) return null;
  const patch = { order, runner: runner ?? null, proposal: proposal ?? null, taint: taint ?? null };
  const name = whose && `${[children].flat().join('')} ${whose}`;
  return (
    <button type="button" class="order" aria-label={name} onClick={() => change(patch, true)}>
      {children}
    </button>
  );
}
