import type { Id } from '@conclave/election';
import { inOrder, leafOf, type GroupMark } from './checkpoint.js';
import { EMPTY_ROOT, nodeHash } from './merkle.js';

/**
 * The tree of a checkpoint, kept while a log is read: a group that went on costs one path of it, a new group the tree anew.
 * Level by level, an odd last one goes up as it is: the same tree as RFC 6962 splits from the top.
 */
export class MarkTree {
  private readonly marks = new Map<Id, GroupMark>();
  private places = new Map<Id, number>();
  private levels: Buffer[][] = [];
  private readonly changed = new Set<Id>();
  private hasNew = false;

  get groups(): number {
    return this.marks.size;
  }

  set(mark: GroupMark): void {
    this.hasNew ||= !this.marks.has(mark.group);
    this.marks.set(mark.group, mark);
    this.changed.add(mark.group);
  }

  root(): string {
    if (this.hasNew) this.rebuild();
    else this.update([...this.changed]);
    this.changed.clear();
    return (this.levels.at(-1)?.[0] ?? EMPTY_ROOT).toString('hex');
  }

  private rebuild(): void {
    this.hasNew = false;
    const ordered = inOrder(this.marks.values());
    this.places = new Map(ordered.map(({ group }, place) => [group, place]));
    let level = ordered.map(leafOf);
    this.levels = [level];
    while (level.length > 1) {
      const below = level;
      level = Array.from({ length: Math.ceil(below.length / 2) }, (_, place) => parentAt(below, place));
      this.levels.push(level);
    }
  }

  private update(groups: readonly Id[]): void {
    let places = new Set(groups.map((group) => this.places.get(group)!));
    for (const group of groups) this.levels[0]![this.places.get(group)!] = leafOf(this.marks.get(group)!);
    for (let above = 1; above < this.levels.length; above++) {
      places = new Set([...places].map((place) => place >> 1));
      for (const place of places) this.levels[above]![place] = parentAt(this.levels[above - 1]!, place);
    }
  }
}

function parentAt(level: readonly Buffer[], place: number): Buffer {
  const [left, right] = [level[2 * place]!, level[2 * place + 1]];
  return right ? nodeHash(left, right) : left;
}
