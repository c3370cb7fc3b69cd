import {
  newHead,
  streamOf,
  type Append,
  type GroupHead,
  type GroupListener,
  type Groups,
  type Id,
} from '@conclave/election';
import { foundTwice, StoreUnavailable, type EventStore, type VersionConflict } from '@conclave/event-store';
import { readOn } from './events-of.js';

/** Each group as far as this server knows it: what the tail has read, or what was written or read at the store's head since. */
export class Heads implements GroupListener {
  /** What the tail has not read yet: kept for longer, it would be a second copy of every group. */
  private readonly ahead = new Map<Id, GroupHead>();
  /** What was written here, or read, is not in the log any more (docs/restore.md). */
  onLost: (known: GroupHead, why: string) => void = () => undefined;

  constructor(
    private readonly store: Pick<EventStore, 'read' | 'nameOf' | 'staleMs'>,
    private readonly groups: Groups,
  ) {}

  latest(group: Id): GroupHead {
    const tailed = this.groups.head(group);
    const ahead = this.ahead.get(group);
    if (ahead && (!tailed || tailed.state.version < ahead.state.version)) return ahead;
    return tailed ?? newHead(group);
  }

  /** The tail has read it. */
  changed({ group, after }: Append): void {
    const ahead = this.ahead.get(group);
    if (ahead && ahead.state.version <= after.version) this.ahead.delete(group);
  }

  note(head: GroupHead): GroupHead {
    const { id, version } = head.state;
    const tailed = this.groups.get(id);
    if (!tailed || tailed.version < version) this.ahead.set(id, head);
    return head;
  }

  /** The group at the store's head. Throws StoreUnavailable if that is behind what is known. */
  async refresh(group: Id): Promise<GroupHead> {
    const known = this.latest(group);
    if (known === this.ahead.get(group)) await this.check(known); // else the tail looks after it
    const head = await readOn(this.store, group, known);
    if (head.state.version > 0) this.note(head);
    return head;
  }

  /** After a conflict; the same. */
  async afterConflict(group: Id, { expectedVersion, actualVersion }: VersionConflict): Promise<void> {
    const known = this.latest(group);
    const isBehind = actualVersion !== null && actualVersion < expectedVersion;
    if (isBehind && known.state.version === expectedVersion) await this.check(known);
    await this.refresh(group);
  }

  /** What was written here, or read, must stand there still. */
  private async check(known: GroupHead): Promise<void> {
    const lost = await foundTwice(this.store, async () => ((await this.isFound(known)) ? null : known.state));
    if (!lost) return;
    const { id, version } = lost;
    if (this.ahead.get(id) === known) this.ahead.delete(id);
    const why = `version ${version} of group "${id}" is not in the log any more`;
    this.onLost(known, why);
    throw new StoreUnavailable(`${why}: nothing is written to it`);
  }

  private async isFound({ state: { id, version }, hash }: GroupHead): Promise<boolean> {
    for await (const found of this.store.read(streamOf(id), version))
      return found.version > version || (found.meta as { hash?: string }).hash === hash;
    return false;
  }
}
