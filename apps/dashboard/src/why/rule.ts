import type { ElectionReply } from '@conclave/contract';
import { counted } from '../words/duration.js';

type Standings = ElectionReply['standings'];

/** What told the winner from the best of the others: docs/concepts.md, "Who is elected". */
const DECIDED: Partial<Record<Standings[number]['verdict']['why'], string>> = {
  seniority: 'they were equal but for age, and the older one leads',
  priority: 'the higher priority decided',
  unsettled:
    'the other had not been active for a whole lease since its last term ended badly, and settled runners come first',
  'prefer-pin': 'a pin or a transfer preferred it',
  'prefer-no-lead': 'the other was tainted PreferNoLead, the last choice',
};

/** The rule that decided, in a sentence. */
export function ruleInWords(
  { strategy }: { strategy: string },
  standings: Standings,
  winner: string,
): string {
  const eligible = standings.filter(({ verdict }) => verdict.eligible);
  const kept = standings.length - eligible.length;
  const others = kept > 0 ? `; ${counted(kept, 'other')} might not lead` : '';
  const second = eligible
    .filter(({ runner }) => runner !== winner)
    .sort((a, b) => (a.verdict.rank ?? Infinity) - (b.verdict.rank ?? Infinity))[0];
  const policy = `Strategy ${strategy}: `;
  if (!second) return `${policy}it was the only one that might lead${others}.`;
  const decided = DECIDED[second.verdict.why] ?? `the next, ${second.runner}, came after it`;
  return `${policy}${counted(eligible.length, 'runner')} might lead, next was ${second.runner}; ${decided}${others}.`;
}
