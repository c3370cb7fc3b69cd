import type { GroupsPage } from '@conclave/contract';
import { CliError, isUnanswered } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { patiently, RESTART_MS } from '../remote/patiently.js';
import { asCliError, warn } from '../remote/telling.js';

const NAMED = 10;

/** What came of it, group by group. */
export interface Outcome<T> {
  done: T[];
  failed: Record<string, CliError>;
}

/**
 * Works on all groups of a server; of which nothing can be said are among those that failed, and one that fails keeps no
 * other from it. `work` can be repeated, and resolves with null where there is nothing to do. Rejects with {@link CliError}
 * if the groups cannot be listed.
 */
export async function eachGroup<T>(
  reach: Reach,
  work: (group: string) => Promise<T | null>,
  tell: (one: T) => void,
): Promise<Outcome<T>> {
  const { groups, unreadable } = await allGroups(reach);
  const outcome: Outcome<T> = { done: [], failed: {} };
  for (const { group, detail } of unreadable) outcome.failed[group] = new CliError(3, detail);
  let away: CliError | null = null;
  for (const group of groups) {
    try {
      if (away) throw away;
      const one = await patiently(async () => work(group), RESTART_MS).catch(unlessNothing);
      if (one === null) continue;
      outcome.done.push(one);
      tell(one);
    } catch (error) {
      const failed = asCliError(error);
      outcome.failed[group] = failed;
      if (isUnanswered(failed)) away = failed;
    }
  }
  return outcome;
}

function unlessNothing(error: unknown): null {
  if (error instanceof CliError && error.details.code === 'nothing-recorded') return null;
  throw error;
}

/** Said of the order itself, whatever the group. */
const OF_THE_ORDER = new Set(['invalid-request', 'unauthenticated', 'forbidden']);

/** Throws {@link CliError} 1 if anything failed; if nothing was done, because of the order or of the server, the first that says so. */
export function checkAll({ done, failed }: Outcome<unknown>): void {
  const groupsOf = new Map<string, string[]>();
  for (const [group, { message }] of Object.entries(failed))
    groupsOf.set(message, [...(groupsOf.get(message) ?? []), group]);
  const all = Object.values(failed);
  if (all.length === 0) return;
  const [one] = all;
  const isOfAll = isUnanswered(one) || OF_THE_ORDER.has(one!.details.code);
  const isSame = all.every(({ details }) => details.code === one!.details.code); // in words that may name the group
  if (done.length === 0 && isSame && isOfAll) throw one!;
  for (const [why, groups] of groupsOf) warn(`${inWords(groups)}: ${why}`);
  throw new CliError(
    1,
    `it was not done for ${inWords(Object.keys(failed))}. Mend that, and repeat the command: it does what is left.`,
    { failed: Object.fromEntries(Object.entries(failed).map(([group, { message }]) => [group, message])) },
  );
}

const inWords = (groups: readonly string[]): string =>
  `${groups.slice(0, NAMED).join(', ')}${groups.length > NAMED ? ` and ${groups.length - NAMED} more` : ''}`;

async function allGroups(reach: Reach): Promise<{ groups: string[]; unreadable: GroupsPage['unreadable'] }> {
  const groups: string[] = [];
  for (let after = ''; ;) {
    const path = `/v1/groups?limit=1000${after && `&after=${after}`}`;
    const page = await request<GroupsPage>(reach, 'GET', path);
    groups.push(...page.groups.map(({ group }) => group));
    if (page.next === null) return { groups, unreadable: page.unreadable };
    after = page.next;
  }
}
