import { processKey, type Groups, type GroupState, type ProcessKey } from '@conclave/election';
import { randomUuid } from '@conclave/kernel';
import type { Arrival } from '../hearing/hearing.js';
import type { Member, Process, Roll } from '../hearing/roll.js';
import type { Beat, HeartbeatReply } from './replies.js';

/** So many are known; whoever shows one that is not says its beats in full, and gets another one. */
const MOST_KEYS = 100_000;

/** What numbers were given with: whoever shows it was heard in full, with all that is asked of a runner. */
export interface Key {
  readonly text: string;
}

/** Who stands by, and is meant by a number. */
export interface Standby {
  /** As it was said in full, with the sequence of the last one. */
  readonly beat: Beat;
  readonly key: Key;
  /** By what it may speak for this runner. */
  readonly rights: string;
  /** Of its group, in which it was answered: as nothing has changed since, there is nothing else to say to it. */
  readonly version: number;
  readonly member: Member;
  readonly process: Process;
  readonly processKey: ProcessKey;
}

export interface ShortBeatsParts {
  groups: Groups;
  roll: Roll;
  /** It was heard. */
  live: (standby: Standby, state: GroupState, arrival: Arrival) => void;
}

/**
 * Beats of standbys in three numbers (L3): that of the process, the sequence, and the version of its group that it knows. It
 * was heard in full when nothing was different from now, so it lives, and its answer would be the one that it has. A number
 * counts in one life of a server, with the key that came with it.
 */
export class ShortBeats {
  private readonly keys = new Map<string, Key>();

  constructor(private readonly p: ShortBeatsParts) {}

  /** Null: none of this life of this server, or of long ago. */
  keyOf(text: string | null): Key | null {
    const key = text === null ? undefined : this.keys.get(text);
    if (!key) return null;
    this.keys.delete(key.text); // to its place at the end
    this.keys.set(key.text, key);
    return key;
  }

  newKey(): Key {
    const key = { text: randomUuid() };
    this.keys.set(key.text, key);
    if (this.keys.size > MOST_KEYS) this.keys.delete(this.keys.keys().next().value!);
    return key;
  }

  /** To who was heard in full just now. Undefined: it does not stand by, or not any more. */
  give(beat: Beat, { role, version }: HeartbeatReply, key: Key, rights: string): number | undefined {
    const { group, runner, incarnation } = beat;
    const state = this.p.groups.get(group);
    const member = this.p.roll.find(group, runner);
    const process = member?.process;
    if (role !== 'standby' || state?.version !== version || process?.incarnation !== incarnation) return;
    if (state.runners.get(runner)?.status !== 'active') return;
    const { numbered } = this.p.roll;
    process.number ??= numbered.next();
    const standby = { beat, key, rights, version, member: member!, process, processKey: processKey(beat) };
    numbered.put(process.number, standby);
    return process.number;
  }

  find(number: number, key: Key): Standby | undefined {
    const standby = this.p.roll.numbered.at(number) as Standby | undefined;
    return standby?.key === key ? standby : undefined;
  }

  /** False: there is something to say to it, or against it; it is to be heard as one in full. */
  hear(standby: Standby, sequence: number, version: number, arrival: Arrival): boolean {
    const { beat, member, process } = standby;
    const state = this.p.groups.get(beat.group);
    if (state?.version !== version || standby.version !== version) return false;
    if (member.process !== process || !member.heard || sequence <= process.sequence) return false;
    process.sequence = sequence;
    beat.sequence = sequence;
    beat.acked = sequence - 1;
    this.p.live(standby, state, arrival);
    return true;
  }
}
