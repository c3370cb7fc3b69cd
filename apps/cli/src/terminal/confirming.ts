import type { WriteReply } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { send, type Method, type Wish } from '../remote/client.js';
import { isYes } from './asking.js';
import { showWrite } from './answering.js';

/** True if a person sits there who can be asked. Scripts are never asked. */
export const isAtTerminal = ({ yes, dryRun, json }: Wish): boolean =>
  !yes && !dryRun && !json && process.stdin.isTTY && process.stderr.isTTY;

const TAKES_THE_LEAD = new Set([
  'LeadershipRevoked',
  'LeadershipEnded',
  'GroupLeaderless',
  'RunnerDeregistered',
  'GroupDeleted',
]);

/** True if the planned events take somebody's lead, a runner out of the group, or the group itself. */
const isWeighty = ({ events }: { events: { type: string }[] }): boolean =>
  events.some(({ type }) => TAKES_THE_LEAD.has(type));

/**
 * Shows what would happen and asks, if it is weighty. Rejects with {@link CliError}: 3 unless the answer is yes, 130 without one.
 */
export async function confirm(plan: WriteReply): Promise<void> {
  if (!isWeighty(plan)) return;
  showWrite({}, plan, { print: console.error }); // beside the question, wherever the answer goes
  if (!(await isYes('Go on?'))) throw new CliError(3, 'not confirmed; nothing was changed.');
}

/** At a terminal, a command that would take somebody's lead is shown first and asked about. `nothing`: as of {@link showWrite}. */
export async function act(
  wish: Wish,
  method: Method,
  path: string,
  body: object = {},
  nothing?: string,
): Promise<void> {
  showWrite(wish, await order(wish, method, path, body), { nothing });
}

/** The same, and whoever asks says what came of it. */
export async function order(
  wish: Wish,
  method: Method,
  path: string,
  body: object = {},
): Promise<WriteReply> {
  if (!isAtTerminal(wish)) return send(wish, method, path, body);
  const plan = await send({ ...wish, dryRun: true }, method, path, body);
  await confirm(plan);
  return send(isWeighty(plan) ? { ifTerm: termOf(plan), ...wish } : wish, method, path, body);
}

/** In which it was made: whoever said yes meant what was shown, not what another election makes of it meanwhile. */
function termOf({ events, leader }: WriteReply): number {
  const elected = events.find(({ type }) => type === 'LeaderElected');
  return elected ? (elected.data as { term: number }).term - 1 : leader.term;
}
