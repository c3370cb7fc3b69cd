import type { Id } from '@conclave/election';
import { learn, type Mark } from './marks.js';

/**
 * What other servers said in the log that they knew, and said in one before it: kept apart from what this server knew itself,
 * which alone it may tell. Kept all the same: whoever said it may be gone when the log is lost once more (G1).
 */
export class ToldByOthers {
  private before: ReadonlyMap<Id, Mark> = new Map();

  constructor(private readonly inLog: () => Map<Id, Mark>) {}

  /** From the file of a server that stopped. */
  remember(kept: ReadonlyMap<Id, Mark> = new Map()): void {
    this.before = kept;
  }

  get all(): Map<Id, Mark> {
    const all = new Map(this.inLog());
    for (const [group, mark] of this.before) learn(all, group, mark);
    return all;
  }

  get isEmpty(): boolean {
    return this.before.size === 0 && this.inLog().size === 0;
  }

  termOf(group: Id): number {
    return Math.max(this.inLog().get(group)?.term ?? 0, this.before.get(group)?.term ?? 0);
  }

  /** It takes no term any more. */
  forget(group: Id): void {
    this.inLog().delete(group);
    this.before = new Map([...this.before].filter(([one]) => one !== group));
  }
}
