import type { WriteReply } from '@conclave/contract';
import type { Reach } from '../remote/client.js';

interface Manner {
  print?: (line: string) => void;
  /** What it means that nothing is to be changed: whoever mistyped a name would take it as done. */
  nothing?: string | undefined;
}

/** What a command did, or would do: the events in words, and who leads then. */
export function showWrite(
  reach: Reach,
  answer: WriteReply,
  { print = console.log, nothing }: Manner = {},
): void {
  if (reach.json) return print(JSON.stringify(answer, null, 2));
  const { proposal } = answer;
  if (answer.changed)
    for (const { words } of answer.events) print(`${answer.dryRun ? 'would record' : 'recorded'}: ${words}`);
  else if (answer.events.length > 0) print('done before; nothing changed');
  else if (proposal !== undefined) print('ordered before; nothing changed');
  else print(`nothing to change${nothing ? `: ${nothing}` : ''}`);
  const { group, state, leader, term, successor, why, paused } = answer.leader;
  if (proposal !== undefined)
    print(`it takes effect when a second person approves it: conclave approve ${group} ${proposal}`);
  const isAlone = state === 'handover' && successor === null && !paused;
  const next = successor ? `, next "${successor}"` : isAlone ? ', and nobody who could follow' : '';
  print(
    `${answer.dryRun ? 'then' : 'now'}: ${state}${leader ? `, "${leader.runner}" in term ${term}` : ''}${next}${why ? `; ${why}` : ''}`,
  );
}
