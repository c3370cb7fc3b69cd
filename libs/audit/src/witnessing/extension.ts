import type { Id, Iso } from '@conclave/contract';
import { actorInWords } from '@conclave/election';
import { chainHash, GENESIS_HASH } from '@conclave/event-store';
import { rootOfMarks, type CheckpointStatement, type GroupMark } from '../checkpoint/checkpoint.js';
import { KeyLog } from '../keys/key-log.js';
import type { ChainPiece, GroupPiece } from './wire.js';

/** What a witness keeps of a log: every group as in the last checkpoint that it co-signed, and the keys. */
export interface Witnessed {
  /** Identity of the log: the hash of the first event of its stream of keys. */
  log: string;
  /** When it first heard of it. */
  since: Iso;
  /** When it co-signed last. */
  at: Iso;
  checkpoint: string;
  cosignature: string;
  statement: CheckpointStatement;
  marks: ReadonlyMap<Id, GroupMark>;
  keys: ReturnType<KeyLog['saved']>;
}

type Next = Pick<Witnessed, 'marks' | 'keys'>;

/**
 * Whether a log goes on from what was co-signed of it, told piece by piece. Pure; what is told must be of the
 * form that the wire has. Every `take` says why it cannot be, or null.
 */
export class Extension {
  private readonly keys = new KeyLog();
  /** Groups that were told of. */
  private readonly marks = new Map<Id, GroupMark>();

  /** `base`: what is known; null at the first contact. */
  constructor(
    private readonly log: string,
    readonly base: Witnessed | null,
  ) {
    if (base) this.keys.restore(base.keys);
  }

  /** The record of keys, after the version that is known. */
  takeKeys({ after, before, events }: ChainPiece): string | null {
    const { version, hash } = this.keys.saved();
    const why = this.whyNotFrom('the record of keys', { version, head: hash }, { after, before });
    if (why) return why;
    for (const event of events) {
      const problem = this.keys.take(event);
      if (problem) return `event ${event.version} of the record of keys does not go on from it: ${problem}`;
      if (this.keys.version === 1 && this.keys.saved().hash !== this.log)
        return 'this is another log: its record of keys begins with another event';
    }
    return null;
  }

  /** Of a log that is met for the first time, groups as they are. */
  takeMarks(marks: readonly GroupMark[]): string | null {
    if (this.base) return 'only of a log that is not known yet groups are taken as they are';
    for (const mark of marks) this.marks.set(mark.group, mark);
    return null;
  }

  /** What follows in a group on what is known of it. */
  takeGroup({ group, after, before, events }: GroupPiece): string | null {
    const name = `group "${group}"`;
    const known = this.marks.get(group) ?? this.base?.marks.get(group);
    let { version, head } = known ?? { version: 0, head: GENESIS_HASH };
    const why = this.whyNotFrom(name, { version, head }, { after, before });
    if (why) return why;
    for (const { version: next, type, data, meta: stored } of events) {
      if (next !== version + 1) return `${name}: version ${version + 1} is missing`;
      const { hash, ...meta } = stored;
      head = chainHash(head, { group, version: next, type, data, meta });
      if (hash !== head)
        return `${name}: version ${next} does not go on from the head that was ${this.known}`;
      version = next;
    }
    if (version > 0) this.marks.set(group, { group, version, head });
    return null;
  }

  /** Why the key may not sign; null if it may. */
  whyNotSigner(kid: string): string | null {
    const found = this.keys.keys.get(kid);
    if (!found) return `key ${kid} is not in the log's record of keys`;
    const { revoked } = found;
    return revoked && `key ${kid} was revoked by ${actorInWords(revoked.actor)} at ${revoked.at}`;
  }
  keyOf = (kid: string) => this.keys.keys.get(kid)?.key;

  /** What is known from now on, if all that was told is what was signed; else why it is not. */
  finish({ events, groups, root }: CheckpointStatement): Next | string {
    const marks = new Map(this.base?.marks);
    for (const [group, mark] of this.marks) marks.set(group, mark);
    const told = this.base ? `follow from what was ${this.known}` : 'were told';
    const has = (what: string, signed: number, found: number) =>
      `the checkpoint is of ${signed} ${what}, and ${found} ${told}`;
    if (marks.size !== groups)
      return `${has('groups', groups, marks.size)}: a group was dropped, or left untold`;
    const sum = [...marks.values()].reduce((n, { version }) => n + version, 0);
    if (sum !== events) return has('events', events, sum);
    if (rootOfMarks(marks.values()) !== root)
      return `the root that was signed is not of the groups that ${told}`;
    return { marks, keys: this.keys.saved() };
  }

  private whyNotFrom(
    name: string,
    known: { version: number; head: string },
    { after, before }: Pick<ChainPiece, 'after' | 'before'>,
  ): string | null {
    if (after === known.version)
      return before === known.head
        ? null
        : known.version === 0
          ? `${name} does not begin with its first event`
          : `${name}: version ${after} is not the one that was ${this.known}: the past was rewritten`;
    if (after > known.version)
      return known.version === 0
        ? `${name} is new to the witness, and begins after version ${after}, not with its first event`
        : `${name}: version ${known.version + 1} is missing`;
    const had = `${name} had ${known.version} events in what was ${this.known}, and`;
    return after === 0
      ? `${had} is not in the log any more: it was dropped`
      : `${had} has ${after}: its end was dropped`;
  }

  private get known(): string {
    return this.base ? `co-signed at ${this.base.at}` : 'told';
  }
}
