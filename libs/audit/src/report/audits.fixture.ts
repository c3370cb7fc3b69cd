import { AuditRefused, Audits, HistoryIndex } from '@conclave/audit';
import {
  addToTenures,
  appendsOf,
  Groups,
  initialState,
  type GroupState,
  type RecordedEvent,
  type Tenure,
} from '@conclave/election';

/** What is asked of a history that is all there is, up to an instant. */
export async function auditsOver(history: readonly RecordedEvent[], knownTo: string): Promise<Audits> {
  const [groups, tenures] = [new Groups(), [] as Tenure[]];
  const index = new HistoryIndex(
    async function* (_, from) {
      yield* history.slice(from - 1);
    },
    (group) => groups.head(group),
  );
  for await (const append of appendsOf(history, initialState(history[0]!.group))) {
    groups.apply(append.events);
    index.changed(append);
    addToTenures(tenures, append);
  }
  const stateOf = async (group: string): Promise<GroupState> => {
    const head = groups.head(group);
    if (!head) throw new AuditRefused('group-unknown', `there is no group "${group}".`);
    return head.state;
  };
  return new Audits({
    history: index,
    stateOf,
    tenuresOf: async () => tenures,
    sealedOf: () => null,
    knownTo: () => knownTo,
    endOf: () => knownTo,
    paced: (items) => items,
    breathe: () => undefined,
  });
}
