import { fewAtOnce, type GroupTime, type Send } from '@conclave/coordination';
import {
  MOST_IN_A_COMMAND,
  processKey,
  type Back,
  type GroupState,
  type Id,
  type ProcessKey,
} from '@conclave/election';
import { giveWay, isoOf, Seldom, turns } from '@conclave/kernel';
import type { CatchUp } from './catch-up.js';
import type { Beat } from './replies.js';

/** Groups at a time; runners of more come with one of their next beats. */
const MOST_UNDER_WAY = 1_000;
/** Runners in one append: whatever else waits meanwhile has to wait for some 5 ms then. */
const MOST_IN_AN_APPEND = 100;
/** Longer, or than a heartbeat, no beat waits to hear whether its runner leads now: leases may hang on others in its request. */
const ANSWERED_WITHIN_MS = 1_000;

interface ActivationsParts {
  time: GroupTime;
  send: Send;
  log: CatchUp;
  nowMs: () => number;
  problem: (message: string) => void;
}

interface Heard {
  beat: Beat;
  heardAtVersion: number;
  sinceMs: number | null;
  resolve: () => void;
  reject: (error: Error) => void;
}
interface OfGroup {
  answers: Map<ProcessKey, Promise<void>>;
  /** For its next append. */
  next: Heard[];
  isWriting: boolean;
}

/**
 * Makes active who is heard and was not. After an outage that is everybody at once: so that beats are heard meanwhile, and
 * nobody falls silent again who beats all the time, those of a group come in one append, and these give way.
 */
export class Activations {
  private readonly underWay = new Map<Id, OfGroup>();
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
    const known = this.underWay.get(beat.group);
    const before = known?.answers.get(processKey(beat));
    if (before) return before;
    const isVacant = state.leadership === null; // one of its runners may lead at once
    const isTooMany = known ? known.next.length >= MOST_IN_A_COMMAND : this.underWay.size >= MOST_UNDER_WAY;
    if (isTooMany && (known || !isVacant)) return null;
    const ofGroup = known ?? { answers: new Map<ProcessKey, Promise<void>>(), next: [], isWriting: false };
    this.underWay.set(beat.group, ofGroup);
    const about = { beat, heardAtVersion: state.version, sinceMs: silentSince(state, beat.runner, seenMs) };
    const active = new Promise<void>((resolve, reject) => ofGroup.next.push({ ...about, resolve, reject }));
    const answer = this.soon(active, beat, state);
    ofGroup.answers.set(processKey(beat), answer);
    if (!ofGroup.isWriting) void this.write(beat.group, ofGroup, isVacant ? 'leases' : 'rest');
    return answer;
  }

  /** Its appends come one after the other anyway: whoever is heard meanwhile is in the next one. */
  private async write(group: Id, ofGroup: OfGroup, who: 'leases' | 'rest'): Promise<void> {
    ofGroup.isWriting = true;
    do await this.few[who](async () => this.writeNext(group, ofGroup, who));
    while (ofGroup.next.length > 0);
    ofGroup.isWriting = false;
  }

  private async writeNext(group: Id, { next, answers }: OfGroup, who: 'leases' | 'rest'): Promise<void> {
    await turns.next(); // who came in the same request is in it, too
    if (this.underWay.size > 1) await giveWay(who);
    const heard = next.splice(0, MOST_IN_AN_APPEND);
    const over = (tell: (one: Heard) => void): void => {
      for (const { beat } of heard) answers.delete(processKey(beat));
      if (answers.size === 0) this.underWay.delete(group);
      heard.forEach(tell);
    };
    try {
      const [first, ...also] = heard.map((one) => this.backOf(group, one));
      const command = { type: 'ActivateRunner' as const, ...first!, ...(also.length > 0 && { also }) };
      const { position } = await this.p.send(group, command, 'system:presence');
      void this.p.log.to(position).then(
        () => over(({ resolve }) => resolve()),
        (error: Error) => over(({ reject }) => reject(error)),
      );
    } catch (error) {
      over(({ reject }) => reject(error as Error));
    }
  }

  private backOf(group: Id, { beat: { runner, incarnation }, heardAtVersion, sinceMs }: Heard): Back {
    const silentMs = sinceMs === null ? null : Math.max(0, Math.floor(this.p.time.nowMs(group)) - sinceMs);
    const lastSeenAt = sinceMs === null ? null : isoOf(sinceMs);
    return { runner, incarnation, heardAtVersion, lastSeenAt, silentMs };
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
