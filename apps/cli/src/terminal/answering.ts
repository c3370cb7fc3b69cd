import type { WriteReply } from '@conclave/contract';
import type { Reach } from '../remote/client.js';

/** What a command did, or would do: the events in words, and who leads then. */
export function showWrite(reach: Reach, answer: WriteReply, print = console.log): void {
  if (reach.json) return print(JSON.stringify(answer, null, 2));
  const { proposal } = answer;
  if (answer.changed)
    for (const { words } of answer.events) print(`${answer.dryRun ? 'would record' : 'recorded'}: ${words}`);
  else if (answer.events.length > 0) print('done before; nothing changed');
  else print(proposal === undefined ? 'nothing to change' : 'ordered before; nothing changed');
  const { group, state, leader, term, successor, why } = answer.leader;
  if (proposal !== undefined)
    print(`it takes effect when a second person approves it: conclave approve ${group} ${proposal}`);
  print(
    `${answer.dryRun ? 'then' : 'now'}: ${state}${leader ? `, "${leader.runner}" in term ${term}` : ''}${successor ? `, next "${successor}"` : ''}${why ? `; ${why}` : ''}`,
  );
}
