import { z } from 'zod';
import type { Id } from '@conclave/election';
import { isSignedBy, type StoredEvent } from '@conclave/event-store';
import { CHECKPOINT_TYPE, CheckpointStatement } from '../checkpoint/checkpoint.js';
import { MarkTree } from '../checkpoint/mark-tree.js';
import type { KeyLog } from '../keys/key-log.js';

const Recorded = z.looseObject({
  checkpoint: z.string(),
  events: z.int(),
  groups: z.int(),
  root: z.string(),
});
const Head = z.looseObject({ alg: z.literal('EdDSA'), kid: z.string(), typ: z.literal(CHECKPOINT_TYPE) });

/**
 * Whether the log is what its own checkpoints say that it was: whoever rewrites its past must sign them all again, by keys
 * that stand in the log. Told event by event, in the log's one order.
 */
export class RecordedCheckpoints {
  private readonly tree = new MarkTree();
  /** In the tree already. */
  private settled = 0;
  /** Events of groups since, as they came. */
  private readonly since: { group: Id; version: number; head: string }[] = [];

  /** `pending`: groups of which something is sealed, and of which nothing was read yet. */
  constructor(
    private readonly keys: KeyLog,
    private readonly pending = new Set<Id>(),
  ) {}

  /** What a group had before the first event that is read of it. */
  begin(group: Id, sealed: { upTo: number; head: string } | undefined): void {
    this.pending.delete(group);
    if (!sealed) return;
    this.tree.set({ group, version: sealed.upTo, head: sealed.head });
    this.settled += sealed.upTo;
  }

  passed(group: Id, version: number, head: string): void {
    this.since.push({ group, version, head });
  }

  /** Why it cannot be, or null. */
  take({ data }: StoredEvent): string | null {
    const recorded = Recorded.safeParse(data).data;
    const read = recorded && this.read(recorded.checkpoint);
    if (!recorded || !read) return 'this is no checkpoint of Conclave';
    const { statement, problem } = read;
    const { events, groups, root } = statement;
    if (recorded.events !== events || recorded.groups !== groups || recorded.root !== root)
      return 'what stands beside the signed checkpoint is not what it says';
    return problem ?? this.compare(statement);
  }

  private compare({ events, groups, root, at }: CheckpointStatement): string | null {
    if (this.pending.size > 0) return null; // older than what is sealed: the archives have what it is of
    if (events < this.settled) return null; // of a server that had read less than the one before: judged by that one
    if (events > this.settled + this.since.length)
      return `the checkpoint of ${at} is of ${events} events, and only ${this.settled + this.since.length} stand before it`;
    for (const mark of this.since.splice(0, events - this.settled)) this.tree.set(mark);
    this.settled = events;
    if (this.tree.groups === groups && this.tree.root() === root) return null;
    return `the first ${events} events are not those that were signed at ${at}: the past was changed`;
  }

  private read(line: string): { statement: CheckpointStatement; problem: string | null } | null {
    const [head, payload, signature, more] = line.split('.');
    if (!signature || more !== undefined) return null;
    const about = Head.safeParse(jsonOf(head!)).data;
    const statement = CheckpointStatement.safeParse(jsonOf(payload!)).data;
    if (!about || !statement) return null;
    const known = this.keys.keys.get(about.kid);
    if (!known)
      return { statement, problem: `it is signed by key ${about.kid}, of which the log knows nothing` };
    const isSigned = isSignedBy(known.key, `${head}.${payload}`, signature);
    if (!isSigned) return { statement, problem: `its signature by key ${about.kid} does not fit` };
    return { statement, problem: null };
  }
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return null;
  }
}
