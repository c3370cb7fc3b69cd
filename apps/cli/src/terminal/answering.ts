import type { LeaderReply, WriteReply } from '@conclave/contract';
import type { Reach } from '../remote/client.js';

/** What a command would do, as far as it is known before it is sent. */
export interface Plan {
  changed: true;
  dryRun: true;
  events: { type: string; words: string }[];
  leader: Pick<LeaderReply, 'leader' | 'term' | 'successor' | 'why'> & { state: string };
}

/** What a command did, or would do: the events in words, and who leads then. */
export function showWrite(reach: Reach, answer: WriteReply | Plan): void {
  if (reach.json) return console.log(JSON.stringify(answer, null, 2));
  if (!answer.changed)
    console.log(answer.events.length > 0 ? 'done before; nothing changed' : 'nothing to change');
  else
    for (const { words } of answer.events)
      console.log(`${answer.dryRun ? 'would record' : 'recorded'}: ${words}`);
  const proposal = answer.dryRun ? null : proposalIn(answer as WriteReply);
  if (proposal !== null)
    console.log(
      `it takes effect when a second person approves it: conclave approve ${(answer as WriteReply).leader.group} ${proposal}`,
    );
  const { state, leader, term, successor, why } = answer.leader;
  console.log(
    `${answer.dryRun ? 'then' : 'now'}: ${state}${leader ? `, "${leader.runner}" in term ${term}` : ''}${successor ? `, next "${successor}"` : ''}${why ? `; ${why}` : ''}`,
  );
}

/** Id of the order, if it only waits for a second person now. */
export function proposalIn({ events }: WriteReply): string | null {
  const proposed = events.find(({ type }) => type === 'OrderProposed');
  return proposed ? String(proposed.data.proposal) : null;
}
