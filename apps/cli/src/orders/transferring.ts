import type { Command } from 'commander';
import type { HistoryEventReply, WriteReply } from '@conclave/contract';
import { followed } from '../following/history.js';
import { operator } from '../commands/operating.js';
import { CliError } from '../remote/cli-error.js';
import type { Wish } from '../remote/client.js';
import { showWrite } from '../terminal/answering.js';
import { act, order } from '../terminal/confirming.js';
import { durationMs, groupPath as at, guard } from '../terminal/options.js';

interface Wanted extends Wish {
  to?: string;
  force?: boolean;
  deadline?: number;
  wait?: boolean;
}

/** `transfer`: hand the lead over, and with `--wait` see it through. */
export const transferring = (): Command =>
  operator(
    'transfer',
    'hand the lead over once, to a runner or to the next best',
    'transfer deploy --to runner-2 --wait --reason "rolling upgrade"',
  )
    .argument('<group>')
    .option('--to <runner>', 'default: the next best')
    .option('--force', 'do not wait until the old leader has stopped: both may act for a moment')
    .option(
      '--deadline <duration>',
      'give up the target if the old leader has not stopped by then',
      durationMs,
    )
    .option('--wait', 'until the new one leads; exit code 1, and why, if the transfer ends otherwise')
    .action(guard(transfer));

async function transfer(g: string, { to, force, deadline, wait, ...wish }: Wanted): Promise<void> {
  const body = { to, force, deadlineMs: deadline };
  if (!wait || wish.dryRun) return act(wish, 'POST', at(g, 'transfer'), body);
  const answer = await order(wish, 'POST', at(g, 'transfer'), body);
  if (!wish.json) showWrite(wish, answer);
  const end = await endOf(wish, g, answer);
  if (wish.json) console.log(JSON.stringify({ ...answer, ended: end }, null, 2));
  else if (end && !answer.events.some((event) => event === end)) console.log(end.words);
  if (end && end.data.outcome !== 'completed') throw new CliError(1, `nothing came of it: ${end.words}.`);
}

type Ended = Pick<HistoryEventReply, 'type' | 'data' | 'words'>;

/** How the transfer ended, whenever that is; null if there was nothing to hand over. */
async function endOf(wish: Wish, g: string, answer: WriteReply): Promise<Ended | null> {
  const { proposal } = answer;
  if (proposal !== undefined)
    throw new CliError(
      1,
      `it waits for a second person, and nothing is handed over before: conclave approve ${g} ${proposal}.`,
    );
  const id = answer.events.find(({ type }) => type === 'TransferRequested')?.data.transfer;
  if (id === undefined) return null;
  const isEnd = ({ type, data }: Ended): boolean => type === 'TransferEnded' && data.transfer === id;
  const atOnce = answer.events.find(isEnd);
  if (atOnce) return atOnce;
  const path = (from: number): string => `${at(g, 'history')}?type=TransferEnded&follow=true&from=${from}`;
  // of a repeat, as after a lost answer, the group may be further by now
  const last = answer.events.at(-1) as HistoryEventReply;
  const isLost = (from: number): boolean => from <= last.version; // the log was put back to before it
  for await (const event of followed(wish, path, last.version + 1, isLost, last))
    if (isEnd(event)) return event;
  throw new CliError(
    1,
    `the log is another one now, as after a restore: what came of the transfer stands in the history at best (conclave history ${g}).`,
  );
}
