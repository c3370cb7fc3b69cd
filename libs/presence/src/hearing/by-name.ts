import type { Id, ProcessId } from '@conclave/election';

/** A process in a term; null: as a standby. */
export type NamedAs = ProcessId & { term: number | null };

const keyOf = ({ runner, incarnation, term }: NamedAs): string => `${runner}/${incarnation}/${term}`;

/** Something of each process and term, by group: one map of very many takes tens of milliseconds whenever it grows. Pure. */
export class ByName<T> {
  private readonly groups = new Map<Id, Map<string, T>>();

  get(about: NamedAs): T | undefined {
    return this.groups.get(about.group)?.get(keyOf(about));
  }

  set(about: NamedAs, item: T): void {
    let ofGroup = this.groups.get(about.group);
    if (!ofGroup) this.groups.set(about.group, (ofGroup = new Map()));
    ofGroup.set(keyOf(about), item);
  }

  delete(about: NamedAs): void {
    const ofGroup = this.groups.get(about.group);
    ofGroup?.delete(keyOf(about));
    if (ofGroup?.size === 0) this.groups.delete(about.group);
  }
}
