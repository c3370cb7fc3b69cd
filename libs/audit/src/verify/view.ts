import { areWhole, type GroupState, type Tenure, sameJson } from '@conclave/election';

/** What a server has made of a history. */
export interface View {
  state: GroupState;
  tenures: readonly Tenure[];
}

const plain = (state: GroupState): Record<string, unknown> => ({ ...state, runners: [...state.runners] });

/** Where what a server shows is not what the history says. */
export function differencesOf(shown: View, folded: View): { shown: unknown; folded: unknown }[] {
  const [left, right] = [plain(shown.state), plain(folded.state)];
  const found = Object.keys(right)
    .filter((key) => !sameJson(left[key], right[key]))
    .map((key) => ({ shown: { [key]: left[key] } as unknown, folded: { [key]: right[key] } as unknown }));
  // older ones than those shown may be in the log only
  const known = areWhole(shown.tenures) ? folded.tenures : folded.tenures.slice(-shown.tenures.length);
  if (!sameJson(shown.tenures, known))
    found.push({ shown: { tenures: shown.tenures.length }, folded: { tenures: folded.tenures.length } });
  return found;
}
