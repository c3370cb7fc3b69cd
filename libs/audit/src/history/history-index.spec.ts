import assert from 'node:assert/strict'; // `expect` takes 30 µs each time, of 40,000
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
const plain = [...histories.values()].map((history) => ({
  history,
  times: history.map(({ meta }) => Date.parse(meta.at)),
  found: plainly(history),
}));
async function* read(group: string, from: number): AsyncGenerator<RecordedEvent> {
  for (const event of histories.get(group)!.slice(from - 1)) yield event;
}

/** The same answer the plain way: fold everything that had happened by then. One for each version, from 0 on. */
function plainly(
  history: readonly RecordedEvent[],
): { state: GroupState; decidedBy: RecordedEvent | null }[] {
  const found = [{ state: initialState(history[0]!.group), decidedBy: null as RecordedEvent | null }];
  for (const event of history) {
    const { state, decidedBy } = found.at(-1)!;
    const decides = ['LeaderElected', 'LeadershipEnded', 'GroupLeaderless'].includes(event.type);
    found.push({ state: evolve(state, event), decidedBy: decides ? event : decidedBy });
  }
  return found;
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
        const { history, times, found } = plain[n]!;
        const [first, last] = [times[0]!, times.at(-1)!];
        const ms = Math.round(first + share * (last - first));
        const version = times.filter((time) => time <= ms).length;
        assert.deepEqual([isoOfMs(ms), (await index.of(`g${n}`)).versionAt(ms)], [isoOfMs(ms), version]);
        if (version === 0) continue;
        const { state, decidedBy, position } = await index.momentAt(`g${n}`, version);
        const expected = found[version]!;
        if (
          state.version !== version ||
          JSON.stringify([...state.runners]) !== JSON.stringify([...expected.state.runners])
        )
          expect(state).toEqual(expected.state);
        assert.deepEqual(state.leadership, expected.state.leadership);
        assert.equal(decidedBy?.version, expected.decidedBy?.version);
        assert.equal(position, history[version - 1]!.position);
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

  it('what is let go of just after it was built is built again for whoever waits', async () => {
    const groups = new Groups();
    for (const { events } of appends.get('g2')!) groups.apply(events);
    const index = new HistoryIndex(read, (group) => groups.head(group));
    const built = index['indexes'];
    const asked = index.of('g2');
    while (built.get('g2')?.base !== 0) await Promise.resolve();
    const last = appends.get('g2')!.at(-1)!;
    index.changed({ ...last, after: { ...last.after, deleted: true } as unknown as GroupState });
    expect((await asked).version).toBe(last.after.version);
  });
});
