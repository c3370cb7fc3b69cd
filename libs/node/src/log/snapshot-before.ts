import type { GroupHead } from '@conclave/election';
import type { Presence } from '@conclave/presence';

// An upgrade would read the whole log again, half a minute for a million events, in which nobody is served. So the folds of the
// format before this one are turned into those of today, where they hold as much. Only of that one: older ones are not read.

/** The format that {@link upgrade} knows. */
export const BEFORE = 28;

type Pair = [key: string, value: number];
interface Before {
  groups: { heads: (Omit<GroupHead, 'commands'> & { commands: GroupHead['commands'][number] })[] };
  presence: { seenMs: Pair[]; sequences: Pair[] };
}
type Row = ReturnType<Presence['saved']>['roll'][number];

/** What stood in a snapshot of that format, as it stands in one of today. */
export function upgrade({ groups, presence, ...others }: Record<string, unknown>): Record<string, unknown> {
  const { heads, ...unchanged } = groups as Before['groups'];
  const { seenMs, sequences, ...rest } = presence as Before['presence'];
  const rows = new Map<string, Row>();
  const rowOf = (group: string, runner: string): Row => {
    const row = rows.get(`${group}/${runner}`) ?? [group, runner, null];
    rows.set(`${group}/${runner}`, row);
    return row;
  };
  for (const [key, atMs] of seenMs) {
    const [group, runner] = key.split('/');
    rowOf(group!, runner!)[2] = atMs;
  }
  for (const [key, sequence] of sequences) {
    const [group, runner, incarnation] = key.split('/');
    rowOf(group!, runner!).push(incarnation!, sequence);
  }
  const inPieces = heads.map(({ commands, ...head }) => ({
    ...head,
    commands: commands.size > 0 ? [commands] : [],
  }));
  return {
    ...others,
    groups: { ...unchanged, heads: inPieces },
    presence: { ...rest, roll: [...rows.values()] },
  };
}
