import type { GroupMark } from '@conclave/audit';
import { groupOf, type Id, type SealedHistory } from '@conclave/election';
import { chainHash, GENESIS_HASH, type StoredEvent } from '@conclave/event-store';

/** What stands there is not what was hashed. */
export class BrokenChain extends Error {}

/** A hash stands for all that is before it only if it is made of that: it is made again for each event of a group. */
export class Chains {
  private readonly marks = new Map<Id, GroupMark>();

  /** `begins`: what stands in place of the beginning of groups. Some of that may be there still, and is passed. */
  constructor(private readonly begins: ReadonlyMap<Id, SealedHistory>) {}

  /** The group with this event; null: it is of none, or of what is sealed. Throws {@link BrokenChain}. */
  take({ stream, version, type, data, meta }: StoredEvent): GroupMark | null {
    const group = groupOf(stream);
    if (group === null) return null;
    const begin = this.begins.get(group);
    if (begin && version <= begin.upTo) return null;
    const known = this.marks.get(group) ?? { version: begin?.upTo ?? 0, head: begin?.head ?? GENESIS_HASH };
    if (version !== known.version + 1)
      throw new BrokenChain(`version ${known.version + 1} of group "${group}" is missing`);
    const { hash, ...rest } = meta as { hash?: unknown };
    const head = chainHash(known.head, { group, version, type, data, meta: rest });
    if (hash !== head)
      throw new BrokenChain(
        `event ${version} of group "${group}" was changed after it was written: its hash does not fit`,
      );
    const mark = { group, version, head };
    this.marks.set(group, mark);
    return mark;
  }
}
