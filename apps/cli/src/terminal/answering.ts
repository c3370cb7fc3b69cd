import type { LeaderReply, WriteReply } from '@conclave/contract';
import type { Reach } from '../remote/client.js';

/** What a command would do, as far as it is known before it is sent. */
export interface Plan {
  changed: true;
  dryRun: true;
  proposal?: undefined;
  events: { type: string; words: string }[];
  leader: Pick<LeaderReply, 'leader' | 'term' | 'successor' | 'why'> & { state: string };
}

/** What a command did, or would do: the events in words, and who leads then. */
export function showWrite(reach: Reach, answer: WriteReply | Plan): void {
  if (reach.json) return console.log(JSON.stringify(answer, null, 2));
  const proposal = proposalIn(answer);
  if (answer.changed)
    for (const { words } of answer.events)
      console.log(`${answer.dryRun ? 'would record' : 'recorded'}: ${words}`);
  else if (answer.events.length > 0) console.log('done before; nothing changed');
  else console.log(proposal === null ? 'nothing to change' : 'ordered before; nothing changed');
  if (proposal !== null)
    console.log(
      `it takes effect when a second person approves it: conclave approve ${(answer as WriteReply).leader.group} ${proposal}`,
    );
  const { state, leader, term, successor, why } = answer.leader;
  console.log(
    `${answer.dryRun ? 'then' : 'now'}: ${state}${leader ? `, "${leader.runner}" in term ${term}` : ''}${successor ? `, next "${successor}"` : ''}${why ? `; ${why}` : ''}`,
  );
}

/** Id of the order, if it only waits for a second person now; perhaps since before. */
export const proposalIn = ({ proposal }: { proposal?: string | undefined }): string | null =>
  proposal ?? null;
