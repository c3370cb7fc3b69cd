import { heldBy, type Groups, type Id, type ProcessId } from '@conclave/election';
import { StoreUnavailable } from '@conclave/event-store';
import pLimit from 'p-limit';
import { BeatRefused, stateOf } from './replies.js';

const READ_BACK_MS = 5_000;
/** So many groups are read at a time: reads stand before the appends of leaders, in a store as on this thread. */
const READ_AT_ONCE = 8;
/** So many wait. Whoever names what nobody knows, as often as it can, must not keep leaders from being heard. */
const MOST_WAITING = 256;

/** What a runner says of itself that the log should know. */
export interface Claim extends ProcessId {
  term?: number | undefined;
  released?: number | undefined;
}

/** Whether this server has read what a runner knows of, and reading up to it: another server may have written it. */
export class CatchUp {
  private readonly limit = pLimit(READ_AT_ONCE);
  /** Not begun yet: whoever asks now may share it. */
  private readonly waiting = new Map<Id, Promise<void>>();

  constructor(
    private readonly groups: Groups,
    private readonly headOf: (group: Id) => Promise<{ version: number; position: string }>,
    private readonly reached: (position: string, timeoutMs: number) => Promise<boolean>,
    private readonly ofNow: () => Promise<void>,
  ) {}

  /** True if it is of something that this server has not read. */
  isAhead(
    { group, runner, incarnation, term, released }: Claim,
    state = this.groups.get(group),
    known = state?.runners.get(runner),
  ): boolean {
    if (!state) return true;
    if (state.deleted) return false; // nothing comes after that
    const isKnown = known
      ? known.incarnation === incarnation || known.past.includes(incarnation)
      : heldBy(state, { runner, incarnation }) !== null;
    return !isKnown || Math.max(term ?? 0, released ?? 0) > state.term;
  }

  /**
   * Reads up to the store's head of the group. Where that knows nothing of it either, it is proved that this is what is true now:
   * a node of a cluster that was deposed meanwhile does not know it (L8). Rejects with StoreUnavailable, and with
   * {@link BeatRefused} `not-ready` where too many wait.
   */
  async toHead(claim: Claim): Promise<void> {
    await this.read(claim.group);
    if (!this.isAhead(claim)) return;
    await this.ofNow();
    await this.read(claim.group);
  }

  private async read(group: Id): Promise<void> {
    const shared = this.waiting.get(group);
    if (shared) return shared;
    if (this.limit.pendingCount >= MOST_WAITING)
      throw new BeatRefused(
        'not-ready',
        `too many ask this server about what it has not read; "${group}" is not looked up. Beat again, or at another server.`,
      );
    const reading = this.readNow(group);
    this.waiting.set(group, reading);
    return reading;
  }

  /** Only the store is asked in turn: what it takes until that is read holds up nobody else. */
  private async readNow(group: Id): Promise<void> {
    const head = await this.limit(async () => {
      this.waiting.delete(group);
      if (this.groups.problemOf(group) !== null) stateOf(this.groups, group);
      return this.headOf(group);
    });
    if (head.version > (this.groups.get(group)?.version ?? 0)) await this.to(head.position);
  }

  /** Waits until what was written here has come back. Rejects with StoreUnavailable. */
  async to(position: string): Promise<void> {
    if (await this.reached(position, READ_BACK_MS)) return;
    throw new StoreUnavailable('what was written did not come back from the store in time; beat again');
  }
}
