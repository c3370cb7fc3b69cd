import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  appendsOf,
  evolve,
  initialState,
  Groups,
  isoOfMs,
  type Append,
  type GroupState,
  type RecordedEvent,
} from '@conclave/election';
import { HistoryIndex } from '@conclave/audit';
import { collect, historyOf, storiesOf } from '@conclave/testing';

const GROUPS = 20;
/** Long enough for several checkpoints each: stories one after the other, of one group. */
const histories = new Map(
  Array.from({ length: GROUPS }, (_, n) => [`g${n}`, historyOf(storiesOf(n, 12).flat(), `g${n}`)]),
);
const appends = new Map<string, Append[]>();
for (const [group, history] of histories)
  appends.set(group, await collect(appendsOf(history, initialState(group))));
async function* read(group: string, from: number): AsyncGenerator<RecordedEvent> {
  for (const event of histories.get(group)!.slice(from - 1)) yield event;
}

/** The same answer the plain way: fold everything that had happened by then. */
function plainly(
  history: readonly RecordedEvent[],
  ms: number,
): { version: number; state: GroupState; decidedBy: RecordedEvent | null } {
  const past = history.filter((e) => Date.parse(e.meta.at) <= ms);
  const state = past.reduce((s, e) => evolve(s, e), initialState(history[0]!.group));
  return {
    version: past.length,
    state,
    decidedBy:
      past.findLast((e) => ['LeaderElected', 'LeadershipEnded', 'GroupLeaderless'].includes(e.type)) ?? null,
  };
}

/** An index as a server has it that read the log live from `liveFrom` on, a snapshot before. */
function indexed(liveFrom: number): HistoryIndex {
  const groups = new Groups();
  const index = new HistoryIndex(read, (group) => groups.head(group));
  for (const { events } of [...appends.values()].flat()) {
    const append = groups.apply(events);
    if (append.before.version >= liveFrom) index.changed(append);
  }
  return index;
}

describe('a group as of any instant', () => {
  it('histories are long enough to have checkpoints', () => {
    for (const history of histories.values()) expect(history.length).toBeGreaterThan(300);
  });

  it.each([
    ['read from its first event', 0],
    ['begun at a snapshot', 200],
    ['not read live at all', 1e9],
  ])(
    '10,000 random (group, instant) pairs equal a plain fold, with a log %s',
    async (_, liveFrom) => {
      const index = indexed(liveFrom);
      const pairs = fc.sample(
        fc.record({
          n: fc.nat({ max: GROUPS - 1 }),
          share: fc.double({ min: -0.01, max: 1.02, noNaN: true }),
        }),
        { seed: liveFrom + 1, numRuns: liveFrom === 0 ? 10_000 : 500 },
      );
      for (const { n, share } of pairs) {
        const history = histories.get(`g${n}`)!;
        const [first, last] = [history[0]!, history.at(-1)!].map((e) => Date.parse(e.meta.at)) as [
          number,
          number,
        ];
        const ms = Math.round(first + share * (last - first));
        const expected = plainly(history, ms);
        expect({ at: isoOfMs(ms), version: (await index.of(`g${n}`)).versionAt(ms) }).toEqual({
          at: isoOfMs(ms),
          version: expected.version,
        });
        if (expected.version === 0) continue;
        const { state, decidedBy, position } = await index.momentAt(`g${n}`, expected.version);
        if (
          state.version !== expected.version ||
          JSON.stringify([...state.runners]) !== JSON.stringify([...expected.state.runners])
        )
          expect(state).toEqual(expected.state);
        expect(state.leadership).toEqual(expected.state.leadership);
        expect(decidedBy?.version).toBe(expected.decidedBy?.version);
        expect(position).toBe(history[expected.version - 1]!.position);
      }
    },
    120_000,
  );

  it('any version; one within an append means its end, for there is no state in between', async () => {
    const index = indexed(0);
    const all = appends.get('g0')!;
    expect(all.some(({ events }) => events.length > 2)).toBe(true);
    for (const { events, after } of all) {
      for (const { version } of events) {
        const moment = await index.momentAt('g0', version);
        expect(moment.state).toEqual(after);
        expect(moment.position).toBe(events.at(-1)!.position);
      }
    }
  });

  it('a log that has lost events is refused, not guessed', async () => {
    const groups = new Groups();
    for (const { events } of appends.get('g1')!) groups.apply(events);
    const index = new HistoryIndex(
      async function* (group, from) {
        for await (const event of read(group, from)) if (event.version < 100) yield event;
      },
      (group) => groups.head(group),
    );
    await expect(index.of('g1')).rejects.toThrow('the log has lost some');
  });
});
