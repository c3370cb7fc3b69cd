import type { ProposedCommand } from '@conclave/contract';
import type { CommandContext, ElectionCommand } from '../model/commands.js';
import { Draft } from './draft.js';
import type { ElectionEvent } from '../model/events.js';
import { settle } from './leadership.js';
import { configureGroup } from './decide-settings.js';
import { acceptLog } from './decide-log.js';
import { deleteGroup, sealHistory } from './decide-seal.js';
import { activateRunner, deregisterRunner, registerRunner } from './decide-runners.js';
import { reportLeaseExpired, reportSilence } from './decide-silence.js';
import { releaseLeadership, resignLeadership } from './decide-release.js';
import { forgiveRunner, taintRunner, untaintRunner } from './decide-taints.js';
import { transferLeadership } from './decide-transfer.js';
import { approveOrder, needsSecondPerson, propose, withdrawOrder } from './decide-proposals.js';
import { liftDue } from './lifetime.js';
import { deletedInWords } from '../rule/words.js';
import { drainGroup, pauseElections, pinLeader, resumeElections, unpinLeader } from './decide-pins.js';
import { Refusal, refuse, type Rejection } from '../model/rejections.js';
import type { GroupState } from '../model/state.js';

export type Decision = { events: ElectionEvent[] } | { rejection: Rejection };

/**
 * The whole write side: what happens if this command meets this state. Pure; `context.at` is used for
 * expiries and the record only. A refusal changes nothing; a command that finds its wish fulfilled decides no
 * events.
 */
export function decide(command: ElectionCommand, state: GroupState, context: CommandContext): Decision {
  const decision = decideAndFold(command, state, context);
  return 'rejection' in decision ? decision : { events: decision.events };
}

/** As {@link decide}, with the state after the events: who folds anyway need not fold again. */
export function decideAndFold(
  command: ElectionCommand,
  state: GroupState,
  context: CommandContext,
): { events: ElectionEvent[]; state: GroupState } | { rejection: Rejection } {
  const draft = new Draft(state, context);
  try {
    checkExists(command, state);
    if (state.deleted) refuse('group-deleted', `${deletedInWords(state)}. Use another id.`);
    if (state.version > 0) liftDue(draft);
    // what has expired may have ended the term that the command is aimed at
    checkConditions(state, draft.state.term, context);
    const lifted = draft.state;
    draft.because = null; // what is asked for now follows from nothing
    if (needsSecondPerson(command, context.actor, draft.state)) propose(command, draft, carryOut);
    else perform(command, draft, context.past);
    draft.because = null;
    if (state.version > 0 && draft.state !== lifted) liftDue(draft);
    return { events: draft.events, state: draft.state };
  } catch (error) {
    if (error instanceof Refusal) return { rejection: error.rejection };
    throw error;
  }
}

function checkExists(command: ElectionCommand, { id, version }: GroupState): void {
  const creates =
    command.type === 'ConfigureGroup' || command.type === 'RegisterRunner' || command.type === 'AcceptLog';
  if (version === 0 && !creates) {
    refuse(
      'group-unknown',
      `there is no group "${id}". Registering a runner or setting the group creates it.`,
    );
  }
}

function checkConditions(
  { id, version }: GroupState,
  term: number,
  { ifTerm, ifVersion }: CommandContext,
): void {
  if (ifVersion === '*' && version === 0) {
    refuse('version-conflict', `the command holds only for a group that is there, but there is no "${id}".`);
  }
  if (ifVersion !== undefined && ifVersion !== '*' && ifVersion !== version) {
    refuse(
      'version-conflict',
      `the command holds only at version ${ifVersion}, but group "${id}" is at version ${version}. ` +
        'Read the group and decide again.',
    );
  }
  if (ifTerm !== undefined && ifTerm !== term) {
    refuse(
      'term-stale',
      `the command holds only in term ${ifTerm}, but the last term of group "${id}" is ${term}. ` +
        'Read the group and decide again.',
    );
  }
}

function perform(command: ElectionCommand, d: Draft, past: CommandContext['past']): void {
  switch (command.type) {
    case 'ConfigureGroup':
      return configureGroup(command, d);
    case 'RegisterRunner':
      return registerRunner(command, d);
    case 'ActivateRunner':
      return activateRunner(command, d);
    case 'DeregisterRunner':
      return deregisterRunner(command, d);
    case 'ReportSilence':
      return reportSilence(command, d);
    case 'ReportLeaseExpired':
      return reportLeaseExpired(command, d);
    case 'TaintRunner':
      return taintRunner(command, d);
    case 'UntaintRunner':
      return untaintRunner(command, d);
    case 'ForgiveRunner':
      return forgiveRunner(command, d);
    case 'TransferLeadership':
      return transferLeadership(command, d);
    case 'PinLeader':
      return pinLeader(command, d);
    case 'UnpinLeader':
      return unpinLeader(d);
    case 'PauseElections':
      return pauseElections(command, d);
    case 'DrainGroup':
      return drainGroup(command, d);
    case 'ResumeElections':
      return resumeElections(d);
    case 'ReleaseLeadership':
      return releaseLeadership(command, d);
    case 'ResignLeadership':
      return resignLeadership(command, d);
    case 'AcceptLog':
      return acceptLog(command, d);
    case 'SealHistory':
      return sealHistory(command, past, d);
    case 'DeleteGroup':
      return deleteGroup(command, past, d);
    case 'ApproveOrder':
      return approveOrder(command, d, carryOut);
    case 'WithdrawOrder':
      return withdrawOrder(command, d);
    case 'Reconcile':
      return settle(d, command.cause);
    default:
      return unknownCommand(command);
  }
}

/** What a second person has approved, or is to. */
const carryOut = (command: ProposedCommand, d: Draft): void => perform(command, d, undefined);

function unknownCommand(command: never): never {
  throw new Error(`decide met a command that it does not know: ${JSON.stringify(command)}`);
}
