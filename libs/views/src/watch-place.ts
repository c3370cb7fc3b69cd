import type { Append, Groups, GroupState } from '@conclave/election';
import { isPosition, type Position } from '@conclave/event-store';

/** Up to where a watch was told, and how many acceptances of a restored log its server had read then. */
export interface WatchPlace {
  position: Position;
  accepted: number;
}

/** As `id` of a frame; clients give it back as it is. */
export const idOf = ({ position, accepted }: WatchPlace): string =>
  accepted === 0 ? position : `${position}.${accepted}`;

/** Null: no watch gave that id. */
export function placeIn(id: string): WatchPlace | null {
  const [position = '', accepted = '0', ...more] = id.split('.');
  const isOne = isPosition(position) && /^\d{1,9}$/.test(accepted) && more.length === 0;
  return isOne ? { position, accepted: Number(accepted) } : null;
}

/** Of what is deleted not all servers know how often it was accepted. */
const inGroup = ({ deleted, breaks }: GroupState): number => (deleted ? 0 : breaks);

/**
 * How often logs that had lost something were accepted, over all groups: at a position from before stands something else now
 * (docs/restore.md). Every server that has read as far counts as much.
 */
export class Acceptances {
  private known: number | null = null;

  constructor(private readonly groups: Pick<Groups, 'all'>) {}

  get count(): number {
    this.known ??= [...this.groups.all()].reduce((sum, { state }) => sum + inGroup(state), 0);
    return this.known;
  }

  changed({ before, after }: Append): void {
    if (this.known !== null) this.known += inGroup(after) - inGroup(before);
  }

  /** More has changed than by an append. */
  countAnew(): void {
    this.known = null;
  }
}
