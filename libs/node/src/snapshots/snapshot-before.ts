import type { GroupHead, Tenure } from '@conclave/election';
import type { Presence } from '@conclave/presence';
import { TENURE_FIELDS, textOf, type Tenures } from '@conclave/views';

// An upgrade would read the whole log again, half a minute for a million events, in which nobody is served. So the folds of
// formats before this one are turned into those of today, where they hold as much.

type Folds = Record<string, unknown>;
type Pair = [key: string, value: number];
interface Before {
  groups: { heads: (Omit<GroupHead, 'commands'> & { commands: GroupHead['commands'][number] })[] };
  presence: { seenMs: Pair[]; sequences: Pair[] };
}
type Row = ReturnType<Presence['saved']>['roll'] extends Iterable<infer Of> ? Of : never;

/** What stood in a snapshot of an older format, as it stands in one of today; null: it is not known any more. */
export function upgrade(format: number, folds: Folds): Folds | null {
  if (format === 28) return withTermsInFields(withRoll(folds));
  return format === 30 ? withTermsInFields(folds) : null;
}

/** Terms that are over stood there row by row. */
function withTermsInFields({ tenures, ...others }: Folds): Folds {
  const before = tenures as ReturnType<Tenures['saved']>;
  const inFields = (text: string): string =>
    textOf((JSON.parse(text) as unknown[][]).map((row) => tenureOf(row)));
  return {
    ...others,
    tenures: before.map(([group, { older, recent }]) => [group, { older: older.map(inFields), recent }]),
  };
}
const tenureOf = (row: unknown[]): Tenure =>
  Object.fromEntries(TENURE_FIELDS.map((field, index) => [field, row[index]])) as unknown as Tenure;

/** What was remembered of runners stood there by keys of text, and commands in one piece. */
function withRoll({ groups, presence, ...others }: Folds): Folds {
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
