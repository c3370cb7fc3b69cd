import type { GroupHead, GroupState } from '@conclave/election';

type Term = GroupState['recentTerms'][number];

/** The last terms by number, each with the place of its holder and of how it ended in a list of those that differ. */
interface PackedTerms {
  terms: number[];
  ends: number[];
  differing: Omit<Term, 'term'>[];
}
/** A head as a snapshot holds it: it has 64 terms of a few holders, and to make an object of text takes long. */
export type PackedHead = Omit<GroupHead, 'state'> & {
  state: Omit<GroupState, 'recentTerms'> & { recentTerms: PackedTerms };
};

export function packHead({ state, ...head }: GroupHead): PackedHead {
  const [differing, places] = [[] as PackedTerms['differing'], new Map<string, number>()];
  const ends = state.recentTerms.map(({ runner, incarnation, cause }) => {
    const key = `${runner} ${incarnation} ${cause}`;
    if (!places.has(key)) places.set(key, differing.push({ runner, incarnation, cause }) - 1);
    return places.get(key)!;
  });
  const terms = state.recentTerms.map(({ term }) => term);
  return { ...head, state: { ...state, recentTerms: { terms, ends, differing } } };
}

export function unpackHead({ state, ...head }: PackedHead): GroupHead {
  const { terms, ends, differing } = state.recentTerms;
  const recentTerms = terms.map((term, index) => {
    const { runner, incarnation, cause } = differing[ends[index]!]!;
    return { term, runner, incarnation, cause }; // faster than what spreads
  });
  return { ...head, state: { ...state, recentTerms } };
}
