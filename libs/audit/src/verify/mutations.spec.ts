import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@conclave/election';
import { inc } from '@conclave/processes';
import { forged, historyOf, storiesOf, to, type Story } from '@conclave/testing';
import type { Corruption } from './forged/corruption.fixture.js';
import { DAMAGES } from './forged/damages.fixture.js';
import { FORGERIES } from './forged/forgeries.fixture.js';
import { FORGED_COMMANDS } from './forged/forged-commands.fixture.js';
import { FORGED_FACTS } from './forged/forged-facts.fixture.js';
import { MUTANTS } from './forged/mutants.fixture.js';
import { GroupVerifier } from './verify.js';

const verified = (history: readonly RecordedEvent[]) => {
  const verifier = new GroupVerifier('g');
  for (const { group, version, position, type, data, meta } of history)
    verifier.takeStored({ stream: `group-${group}`, version, position, id: meta.id, type, data, meta });
  return verifier.finish();
};
/** Rare by chance: a leader that failed is back, but not settled yet, when the lead is free again. */
const soonBack: Story = [
  ...['a', 'b', 'c'].map((r) => ({ waitMs: 0, command: to.register(r, { ready: true }) })),
  {
    waitMs: 60_000,
    command: {
      type: 'ReportLeaseExpired',
      term: 1,
      lastSeenAt: null,
      silentMs: 20_000,
      leaseMs: 15_000,
      deafMs: 0,
    },
  },
  { waitMs: 1_000, command: to.activate('a', { heardAtVersion: 999 }) },
  { waitMs: 1_000, command: to.release('b', 2) },
];
/** The same: whoever resigned would lead again at once, when its follower leaves. */
const coolingDown: Story = [
  ...['a', 'b'].map((r) => ({ waitMs: 0, command: to.register(r, { ready: true }) })),
  {
    waitMs: 1_000,
    command: { type: 'ResignLeadership', runner: 'a', incarnation: inc('a'), term: 1, cooldownMs: null },
  },
  { waitMs: 1_000, command: { type: 'DeregisterRunner', runner: 'b', incarnation: inc('b') } },
];
const stories = [soonBack, coolingDown, ...storiesOf(12, 200)];
const histories = stories.map((story) => historyOf(story)).filter((h) => h.length > 0);

const copy = (history: readonly RecordedEvent[]): RecordedEvent[] =>
  structuredClone(history) as RecordedEvent[];
/**
 * Histories that offer the corruption, five or as many as are asked for: in a single one it may be without consequence, as
 * if nothing had been changed.
 */
function corrupted(corruption: Corruption, most = 5): RecordedEvent[][] {
  const found: RecordedEvent[][] = [];
  for (const history of histories) {
    if (found.length === most) break;
    const own = copy(history);
    if (corruption(own)) found.push(own);
  }
  if (found.length === 0) throw new Error('no history offers this corruption: the stories are too poor');
  return found;
}

describe('verify finds what is wrong (mutation test)', () => {
  const found: string[] = [];
  const missed: string[] = [];
  const judge = (name: string, isFound: boolean) => (isFound ? found : missed).push(name);

  it('none of the histories it starts from has a violation', () => {
    for (const history of histories) expect(verified(history).violations).toEqual([]);
    for (const history of histories.slice(0, 20)) expect(verified(forged(history)).violations).toEqual([]);
  });
  it('all corruptions and mutants', () => {
    for (const [name, corruption] of Object.entries({ ...FORGERIES, ...FORGED_COMMANDS, ...FORGED_FACTS }))
      judge(
        `forged: ${name}`,
        corrupted(corruption, 20).some((history) => !verified(forged(history)).ok),
      );
    for (const [name, corruption] of Object.entries(DAMAGES))
      judge(
        `damaged: ${name}`,
        corrupted(corruption).every((history) => !verified(history).ok),
      );
    for (const [name, decider] of Object.entries(MUTANTS))
      judge(
        `mutant: ${name}`,
        stories.some((story) => !verified(historyOf(story, 'g', decider)).ok),
      );
    const score = found.length / (found.length + missed.length);
    console.log(
      `mutation score of verify: ${found.length} of ${found.length + missed.length} (${Math.round(score * 100)} %)${missed.length > 0 ? `; missed: ${missed.join('; ')}` : ''}`,
    );
    expect(found.length + missed.length).toBeGreaterThanOrEqual(140);
    expect(missed).toEqual([]);
  });
});

it('an event that stands under another id than its own is told: no hash is of that one', () => {
  const verifier = new GroupVerifier('g');
  for (const { version, position, type, data, meta } of histories[0]!)
    verifier.takeStored({
      stream: 'group-g',
      version,
      position,
      id: version === 2 ? inc('other') : meta.id,
      type,
      data,
      meta,
    });
  const { violations } = verifier.finish();
  expect(violations).toEqual([
    expect.objectContaining({
      rule: 'id',
      version: 2,
      recorded: inc('other'),
      expected: histories[0]![1]!.meta.id,
    }),
  ]);
});
