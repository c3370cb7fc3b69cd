import type { GroupRepository } from '@conclave/coordination';
import type { Groups, Id } from '@conclave/election';
import { randomUuid } from '@conclave/kernel';
import { isAcceptedIn } from '../log/differences.js';
import type { KnownLog } from '../log/known-log.js';
import type { Acceptance } from '../log/marks.js';

/** Each group gets its record of an acceptance; one that another server has done already is left alone. Can be repeated. */
export async function carryOut(
  { by, auth, reason, correlationId }: Acceptance,
  { known, groups, repository }: { known: KnownLog; groups: Groups; repository: GroupRepository },
): Promise<void> {
  const different = new Set(known.differences().map(({ group }) => group));
  const found = [...groups.all()].map(({ state }) => state.id);
  const all = known.all;
  for (const group of new Set<Id>([...all.keys(), ...found])) {
    const mark = all.get(group);
    const state = groups.get(group);
    if (isAcceptedIn(state, mark) || groups.problemOf(group) !== null) continue;
    const knownTerm = mark?.term ?? state!.term;
    const knownVersion = mark?.version ?? state!.version;
    const order = { actor: by, auth, reason, correlationId, commandId: randomUuid(), requestHash: '' };
    const command = { type: 'AcceptLog', knownTerm, knownVersion, isSame: !different.has(group) } as const;
    await repository.transact(group, command, order).catch((error: unknown) => {
      const { code } = error as { code?: unknown };
      if (code !== 'stream-deleted' && code !== 'group-deleted') throw error;
      known.forget(group);
    });
  }
}
