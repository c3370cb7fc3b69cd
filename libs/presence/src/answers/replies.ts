import type { Auth, HeartbeatReply } from '@conclave/contract';
import type { Process } from '../hearing/roll.js';
import type { RecordedBeat } from '../records/names.js';
import { raise } from '../records/sequences.js';
import {
  deletedInWords,
  endOf,
  roleOf,
  knowsSecret,
  secretWrong,
  type Groups,
  type GroupState,
  type Id,
} from '@conclave/election';

/** `leaseMs` is the grant, counted by the runner from when it sent the beat; 0 unless the beat was valid. */
export type { HeartbeatReply };

export interface Beat {
  group: Id;
  runner: Id;
  incarnation: string;
  sequence: number;
  term?: number | undefined;
  acked?: number | undefined;
  released?: number | undefined;
  /** Of the secret that came with it. */
  secretHash?: string | undefined;
  /** How it was proved who says it: what a release stands in the record with. */
  auth?: Auth | undefined;
}

export type BeatProblem =
  | 'group-unknown'
  | 'group-deleted'
  | 'runner-unknown'
  | 'term-unknown'
  | 'group-unreadable'
  | 'beat-stale'
  | 'secret-wrong'
  | 'not-ready';

/** A beat that is not answered with a role. */
export class BeatRefused extends Error {
  constructor(
    readonly code: BeatProblem,
    detail: string,
    readonly state?: GroupState,
  ) {
    super(detail);
  }
}

/** What is known of a group. Throws {@link BeatRefused}. */
export function stateOf(groups: Groups, group: Id, state = groups.get(group)): GroupState {
  if (state?.deleted) throw new BeatRefused('group-deleted', `${deletedInWords(state)}. Stop for good.`);
  if (state) return state;
  const problem = groups.problemOf(group);
  if (problem !== null)
    throw new BeatRefused('group-unreadable', `group "${group}" is unusable: ${problem}.`);
  throw new BeatRefused('group-unknown', `there is no group "${group}". Register the runner first.`);
}

/** Throws {@link BeatRefused} `secret-wrong` for who speaks for a process that has a secret, and does not know it. */
export function checkSecret(
  about: Pick<Beat, 'group' | 'runner' | 'incarnation' | 'secretHash'>,
  state: GroupState,
  known = state.runners.get(about.runner),
): void {
  if (!knowsSecret(about, state, known)) throw new BeatRefused('secret-wrong', secretWrong(about));
}

/** Throws {@link BeatRefused} `beat-stale` unless the sequence is above the last one of the process. */
export function countSequence({ runner, sequence }: Beat, state: GroupState, process: Process): void {
  const last = raise(process, sequence);
  if (last === null) return;
  throw new BeatRefused(
    'beat-stale',
    `sequence ${sequence} of runner "${runner}" is not above ${last}, the last one heard. ` +
      'Raise it with every beat, also when you repeat one.',
    state,
  );
}

export function unknownRunner(runner: Id, state: GroupState): never {
  const what = state.runners.has(runner)
    ? `knows another process of runner "${runner}", and a part of its log was lost: this one may be newer.`
    : `has no runner "${runner}".`;
  throw new BeatRefused('runner-unknown', `group "${state.id}" ${what} Register it first.`, state);
}

/** Throws {@link BeatRefused} `runner-unknown` if the group does not know the runner (any more). */
export function replyTo(
  beat: Pick<Beat, 'runner' | 'incarnation' | 'term' | 'released'>,
  state: GroupState,
  grantMs: number,
  role = roleOf(state, beat.runner, beat.incarnation) ?? unknownRunner(beat.runner, state),
): HeartbeatReply {
  const held = state.leadership;
  const named = beat.term ?? beat.released;
  const end = named === undefined ? undefined : endOf(state, beat.runner, named);
  const isHolder = role === 'leader' || role === 'revoked';
  const reply: HeartbeatReply = {
    role,
    term: isHolder ? held!.term : state.term,
    leader: held?.runner ?? null,
    leaseMs: isHolder ? grantMs : 0,
    heartbeatMs: state.settings.heartbeatMs,
    version: state.version,
  };
  // put in afterwards: made by spreading, even of nothing, it takes a twentieth of a beat's time
  if (end) reply.ended = { term: end.term, cause: end.cause };
  if (role === 'revoked') reply.cause = held!.handover!.cause;
  return reply;
}

/** A beat as it is written down. */
export function recordOf(
  { group, runner, incarnation, sequence, term, acked }: Beat,
  state: GroupState,
): RecordedBeat {
  const isDraining = term !== undefined && state.leadership?.handover != null;
  return {
    group,
    runner,
    incarnation,
    sequence,
    acked: acked ?? sequence,
    term: term ?? null,
    ...(isDraining && { draining: true as const }),
  };
}

/** What a runner stream is told: the event, and its data. */
export function newsOf(
  role: NonNullable<ReturnType<typeof roleOf>>,
  { leadership, term }: GroupState,
): [string, object] {
  switch (role) {
    case 'leader':
      return ['elected', { term }];
    case 'revoked':
      return ['revoked', { term, cause: leadership!.handover!.cause }];
    case 'standby':
      return ['standby', { term, leader: leadership?.runner ?? null }];
    case 'superseded':
      return ['superseded', {}];
  }
}
