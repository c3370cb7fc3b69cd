import type { PlainGroup } from '@conclave/contract';
import type { GroupState } from '../model/state.js';

/** As it stands in the log: no maps, nothing undefined. Nothing is sealed behind a deletion. */
export const plainOf = ({ deleted: _, proposals, ...state }: GroupState): PlainGroup =>
  JSON.parse(
    JSON.stringify({
      ...state,
      ...(proposals.length > 0 && { proposals }),
      runners: [...state.runners.values()],
    }),
  ) as PlainGroup;

/** What {@link plainOf} made it of. */
export const stateOf = ({ runners, proposals = [], ...state }: PlainGroup): GroupState => ({
  ...state,
  proposals,
  runners: new Map(runners.map((runner) => [runner.id, runner])),
  deleted: null,
});
