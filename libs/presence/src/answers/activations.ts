import { fewAtOnce, KeyedMutex, type GroupTime, type Send } from '@conclave/coordination';
import { processKey, type GroupState, type Id, type ProcessKey } from '@conclave/election';
import { giveWay, isoOf, Seldom } from '@conclave/kernel';
import type { CatchUp } from './catch-up.js';
import type { Beat } from './replies.js';

/** So many at a time; of more each comes with one of its next beats. */
const MOST_UNDER_WAY = 1_000;
/** Longer, or than a heartbeat, no beat waits to hear whether its runner leads now: leases may hang on others in its request. */
const ANSWERED_WITHIN_MS = 1_000;

interface ActivationsParts {
  time: GroupTime;
  send: Send;
  log: CatchUp;
  nowMs: () => number;
  problem: (message: string) => void;
}

/**
 * Makes active who is heard and was not. After an outage that is everybody at once, and each is an append: so that beats are
 * heard meanwhile, and nobody falls silent again who beats all the time, there are only so many, and those give way.
 */
export class Activations {
  private readonly underWay = new Map<Id, Map<ProcessKey, Promise<void>>>();
  private count = 0;
  /** A group's appends come one after the other anyway: those of a large group must not take all places. */
  private readonly oneOfGroup = new KeyedMutex();
  private readonly few = { leases: fewAtOnce(), rest: fewAtOnce() };
  private readonly failing: Seldom;

  constructor(private readonly p: ActivationsParts) {
    this.failing = new Seldom(p.problem);
  }

  /**
   * Resolves when this server has read that its runner is active, or that takes too long; null: it is for one of its next beats.
   * Rejects with a CommandRefused or a StoreError. `seenMs`: when it was seen before this beat.
   */
  begin(beat: Beat, state: GroupState, seenMs: number | null): Promise<void> | null {
    const ofGroup = this.underWay.get(beat.group);
    const known = ofGroup?.get(processKey(beat));
    if (known) return known;
    const isWaitedFor = state.leadership === null && !ofGroup; // it may lead at once
    if (this.count >= MOST_UNDER_WAY && !isWaitedFor) return null;
    const sinceMs = silentSince(state, beat.runner, seenMs);
    const waiting = isWaitedFor ? 'leases' : 'rest';
    const activate = async () => this.activate(beat, state.version, sinceMs, waiting);
    const active = this.oneOfGroup
      .run(beat.group, async () => this.few[waiting](activate))
      .then(async (position) => this.p.log.to(position));
    const answer = this.soon(active, beat, state);
    this.note(beat, answer);
    const over = () => this.forget(beat);
    active.then(over, over);
    return answer;
  }

  private async activate(
    { group, runner, incarnation }: Beat,
    heardAtVersion: number,
    sinceMs: number | null,
    waiting: 'leases' | 'rest',
  ): Promise<string> {
    if (this.count > 1) await giveWay(waiting);
    const silentMs = sinceMs === null ? null : Math.max(0, Math.floor(this.p.time.nowMs(group)) - sinceMs);
    const lastSeenAt = sinceMs === null ? null : isoOf(sinceMs);
    const command = { type: 'ActivateRunner' as const, runner, incarnation, heardAtVersion };
    const { position } = await this.p.send(group, { ...command, lastSeenAt, silentMs }, 'system:presence');
    return position;
  }

  private async soon(
    active: Promise<void>,
    { group, runner }: Beat,
    { settings }: GroupState,
  ): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let isLate = false;
    const late = new Promise<void>((done) => {
      const mostMs = Math.min(ANSWERED_WITHIN_MS, settings.heartbeatMs);
      timer = setTimeout(() => done(void (isLate = true)), mostMs).unref();
    });
    active.catch((error: Error) => {
      const what = `runner "${runner}" of group "${group}" could not be made active, its next beat tries again: ${error.message}`;
      if (isLate) this.failing.tell(error, what, this.p.nowMs());
    });
    return Promise.race([active, late]).finally(() => clearTimeout(timer));
  }

  private note(beat: Beat, answer: Promise<void>): void {
    const ofGroup = this.underWay.get(beat.group) ?? new Map<ProcessKey, Promise<void>>();
    this.underWay.set(beat.group, ofGroup.set(processKey(beat), answer));
    this.count++;
  }

  private forget(beat: Beat): void {
    const ofGroup = this.underWay.get(beat.group)!;
    ofGroup.delete(processKey(beat));
    if (ofGroup.size === 0) this.underWay.delete(beat.group);
    this.count--;
  }
}

/**
 * When who is not active was last heard before it was away; null: never. A beat since then was heard in vain, as very many
 * came at once or the store was away: it has not ended its silence.
 */
function silentSince({ runners }: GroupState, runner: Id, seenMs: number | null): number | null {
  if (seenMs === null) return null;
  const { status, awaySince, lastSeenAt } = runners.get(runner)!;
  if (awaySince === null || seenMs <= Date.parse(awaySince)) return seenMs;
  return status === 'pending' || lastSeenAt === null ? null : Date.parse(lastSeenAt);
}
