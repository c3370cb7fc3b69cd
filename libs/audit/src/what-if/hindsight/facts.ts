import {
  type ActivateRunner,
  type Append,
  type Back,
  type ElectionCommand,
  type GroupState,
  type Id,
  type Iso,
  type Occasion,
  type ReportSilence,
} from '@conclave/election';
import { askedIn } from '../../record/asked-command.js';

/** Who led in the record. */
export interface Held {
  runner: Id;
  incarnation: string;
  since: Iso;
  /** Since when it had been told to stop; null: it had not. */
  handoverMs: number | null;
}

/**
 * What the record says that happened, apart from who led: the same in every world. Small: a history has many.
 */
export interface Fact {
  /** When it reaches the other world; a silence comes earlier or later under another lease. */
  ms: number;
  occasion: Occasion;
  command: ElectionCommand;
  /** The recorded leader before and after it. */
  before: Held | null;
  after: Held | null;
  /** The lease in force in the record. */
  leaseMs: number;
  /** When the record has it, if that is earlier: between the two nobody knows better than to wait. */
  recordedMs?: number;
  /**
   * The record has it at another time, or not at all: there the lost connection said it already, and a world
   * that ignored that hears it now.
   */
  isElsewhen?: true;
  /** It is taken not to have happened. */
  isVoid?: true;
}

export const heldIn = ({ leadership: held }: GroupState): Held | null =>
  held && {
    runner: held.runner,
    incarnation: held.incarnation,
    since: held.since,
    handoverMs: held.handover === null ? null : Date.parse(held.handover.since),
  };

/** The fact that one append recorded, at its own time. */
export function factOf({ events, before, after }: Append): Fact {
  const { at, actor, reason, commandId } = events[0]!.meta;
  const asked = askedIn(events);
  const command = asked.type === 'ActivateRunner' ? inAnyWorld(asked, before) : asked;
  return {
    ms: Date.parse(at),
    occasion: { at, actor, reason, commandId },
    command,
    before: heldIn(before),
    after: heldIn(after),
    leaseMs: before.settings.leaseMs,
  };
}

/** Versions count otherwise in another world. A beat that was heard before its runner was given up says nothing in any (L2). */
function inAnyWorld({ also, ...first }: ActivateRunner, { runners }: GroupState): ActivateRunner {
  const heard = <T extends Back>(one: T): T => {
    const isStale = (runners.get(one.runner)?.missedVersion ?? 0) > one.heardAtVersion;
    return { ...one, heardAtVersion: isStale ? 0 : Number.MAX_SAFE_INTEGER };
  };
  return { ...heard(first), ...(also && { also: also.map((one) => heard(one)) }) };
}

/**
 * Each silence by itself: in another world they may come at other times. Who was back in one append is so in one there, too:
 * whoever leads is elected of all of them.
 */
export function separate(fact: Fact): Fact[] {
  const { command, before } = fact;
  if (command.type !== 'ReportSilence' && command.type !== 'ReportLeaseExpired') return [fact];
  const { also = [], ...alone } = command;
  const others = also.map((missed): Fact => {
    const silent: ReportSilence = { type: 'ReportSilence', term: null, ...missed };
    return { ...fact, command: silent, after: before };
  });
  return [...others, { ...fact, command: alone }];
}

/** Whom a report is about; the recorded leader if it names only a term. */
export const reportedIn = ({ command, before }: Fact): Id | null =>
  command.type === 'ReportSilence'
    ? command.runner
    : command.type === 'ReportLeaseExpired'
      ? (before?.runner ?? null)
      : null;

/** The process that a report is about; the recorded leader's if it names only a term. */
export function processIn(fact: Fact): { runner: Id; incarnation: string } | null {
  const runner = reportedIn(fact);
  const { command, before } = fact;
  const incarnation = command.type === 'ReportSilence' ? command.incarnation : before?.incarnation;
  return runner === null || incarnation === undefined ? null : { runner, incarnation };
}

/** For how long the process that this reports had not been heard; null: it had. */
export function silenceIn({ command }: Fact): number | null {
  if (command.type === 'ReportSilence') return command.silentMs + command.deafMs;
  const isSilent = command.type === 'ReportLeaseExpired' && command.silentMs >= command.leaseMs;
  return isSilent ? command.silentMs + command.deafMs : null;
}
