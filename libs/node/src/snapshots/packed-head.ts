import type { GroupHead, GroupState } from '@conclave/election';

// A head as a snapshot holds it. To make an object of what is written there takes as long as it has names, and all runners
// have the same; of a group's last 64 terms a few are of one holder. A field that a runner gains does not compile without a place.

type Term = GroupState['recentTerms'][number];
type Runner = GroupState['runners'] extends ReadonlyMap<string, infer R> ? R : never;

/** Terms by number, each with the place of its holder and of how it ended in a list of those that differ. */
interface PackedTerms {
  terms: number[];
  ends: number[];
  differing: Omit<Term, 'term'>[];
}
type PackedState = Omit<GroupState, 'recentTerms' | 'runners'> & {
  recentTerms: PackedTerms;
  runners: ReturnType<typeof packRunner>[];
};
export type PackedHead = Omit<GroupHead, 'state'> & { state: PackedState };

export function packHead({ state, ...head }: GroupHead): PackedHead {
  const runners = Array.from(state.runners.values(), packRunner);
  return { ...head, state: { ...state, runners, recentTerms: packTerms(state.recentTerms) } };
}

export function unpackHead({ state, ...head }: PackedHead): GroupHead {
  const runners = new Map<string, Runner>();
  for (const runner of state.runners.map(unpackRunner)) runners.set(runner.id, runner);
  return { ...head, state: { ...state, runners, recentTerms: unpackTerms(state.recentTerms) } };
}

function packTerms(recentTerms: readonly Term[]): PackedTerms {
  const [differing, places] = [[] as PackedTerms['differing'], new Map<string, number>()];
  const ends = recentTerms.map(({ runner, incarnation, cause }) => {
    const key = `${runner} ${incarnation} ${cause}`;
    if (!places.has(key)) places.set(key, differing.push({ runner, incarnation, cause }) - 1);
    return places.get(key)!;
  });
  return { terms: recentTerms.map(({ term }) => term), ends, differing };
}

function unpackTerms({ terms, ends, differing }: PackedTerms): Term[] {
  return terms.map((term, index) => {
    const { runner, incarnation, cause } = differing[ends[index]!]!;
    return { term, runner, incarnation, cause }; // faster than what spreads
  });
}

const packRunner = (r: Runner) =>
  [
    [r.id, r.incarnation, r.secretHash, r.past, r.platform, r.labels, r.priority, r.seniority] as const,
    [r.status, r.activeSince, r.awaySince, r.registeredAt, r.lastSeenAt, r.missedVersion] as const,
    [r.unsettledSince, r.cooldownUntil, r.isCooldownOwn, r.silences, r.taints] as const,
  ] as const;

function unpackRunner([who, when, why]: ReturnType<typeof packRunner>): Runner {
  return {
    id: who[0],
    incarnation: who[1],
    secretHash: who[2],
    past: who[3],
    platform: who[4],
    labels: who[5],
    priority: who[6],
    seniority: who[7],
    status: when[0],
    activeSince: when[1],
    awaySince: when[2],
    registeredAt: when[3],
    lastSeenAt: when[4],
    missedVersion: when[5],
    unsettledSince: why[0],
    cooldownUntil: why[1],
    isCooldownOwn: why[2],
    silences: why[3],
    taints: why[4],
  };
}
