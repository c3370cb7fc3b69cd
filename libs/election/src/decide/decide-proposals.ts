import type { Proposal, ProposedCommand } from '@conclave/contract';
import type { ApproveOrder, ElectionCommand, WithdrawOrder } from '../model/commands.js';
import { isPerson, personInWords } from '../model/people.js';
import { refuse } from '../model/rejections.js';
import { sameJson } from '../model/same-json.js';
import type { GroupState } from '../model/state.js';
import { later } from '../model/time.js';
import { patchedSettings } from './decide-settings.js';
import { Draft } from './draft.js';

/** Nobody keeps more than a few orders in mind; and the state of a group stays small. */
const MOST_PROPOSALS = 16;

type CarryOut = (command: ProposedCommand, d: Draft) => void;

/** What in a group with `twoPersonMs` takes effect only when a second person wants it, too. */
export function needsSecondPerson(
  command: ElectionCommand,
  actor: string,
  { settings, version }: GroupState,
): command is ProposedCommand {
  if (version === 0 || settings.twoPersonMs === undefined) return false;
  switch (command.type) {
    case 'PinLeader':
      return true;
    case 'TransferLeadership':
      return command.force;
    case 'DeregisterRunner':
      return command.incarnation === null; // not by the runner itself
    case 'ResignLeadership':
      return isPerson(actor); // that a runner has stopped, only it knows for sure
    case 'ConfigureGroup': // else one person could lift the rule first; a what if asks nobody
      return (
        isPerson(actor) && patchedSettings(settings, command.settings).twoPersonMs !== settings.twoPersonMs
      );
    default:
      return false;
  }
}

/** Waits for a second person; what could not be carried out now, or is so already, is answered as ever. */
export function propose(command: ProposedCommand, d: Draft, carryOut: CarryOut): void {
  const trial = new Draft(d.state, d.occasion);
  carryOut(command, trial);
  const { proposals, settings, id } = d.state;
  if (trial.events.length === 0 || waitingWish(command, d.occasion.actor, d.state)) return;
  if (proposals.length >= MOST_PROPOSALS)
    refuse(
      'invalid-request',
      `${MOST_PROPOSALS} orders of group "${id}" wait for a second person. Approve or withdraw some first.`,
    );
  const expiresAt = later(d.at, settings.twoPersonMs!);
  d.emit('OrderProposed', { proposal: d.occasion.commandId, command, expiresAt });
}

/** The same wish of the same person, if it waits for a second one: it is not proposed again. */
const waitingWish = (
  command: ElectionCommand,
  actor: string,
  { proposals }: GroupState,
): Proposal | undefined =>
  proposals.find((one) => one.actor === actor && sameJson(wishOf(one.command), wishOf(command)));

/** The order as which a command waits for a second person now, if it needed one when it was decided; `after`: what came of it. */
export const proposalOf = (
  command: ElectionCommand,
  actor: string,
  { before, after }: { before: GroupState; after: GroupState },
): Proposal | undefined =>
  needsSecondPerson(command, actor, before) ? waitingWish(command, actor, after) : undefined;

/** Each request for a transfer has an id of its own. */
const wishOf = (command: ElectionCommand) => ({ ...command, transfer: null });

/** What was ordered stands before the approval: it follows from the order, which is there until then. */
export function approveOrder({ proposal }: ApproveOrder, d: Draft, carryOut: CarryOut): void {
  const waiting = waitingOrder(proposal, d);
  if (personInWords(waiting.actor) === personInWords(d.occasion.actor))
    refuse(
      'second-person-needed',
      `"${personInWords(waiting.actor)}" has ordered this; group "${d.state.id}" wants another person to approve it.`,
    );
  d.behalf = waiting.order;
  carryOut(waiting.command, d);
  d.behalf = null;
  d.emit('OrderApproved', { proposal });
}

export function withdrawOrder({ proposal }: WithdrawOrder, d: Draft): void {
  d.emit('OrderWithdrawn', { proposal: waitingOrder(proposal, d).id, cause: 'request' });
}

const waitingOrder = (id: string, { state }: Draft): Proposal =>
  state.proposals.find((one) => one.id === id) ??
  refuse('order-unknown', `no order ${id} of group "${state.id}" waits for a second person (any more).`);
