import { describe, expect, it } from '@jest/globals';
import {
  advanceBy,
  appendsOf,
  headAfter,
  initialState,
  isoOfMs,
  newHead,
  plainOf,
  stateOf,
  type RecordedEvent,
} from '@conclave/election';
import { inc } from '@conclave/processes';
import { collect, forged, historyOf, storiesOf } from '@conclave/testing';
import { appendInWords } from '../explain/event-words.js';
import { auditsOf, deletedStory, restOf, sealedStory, type SealedStory } from './sealed.fixture.js';
import { GroupVerifier, type VerifyOptions } from './verify.js';

const stories = storiesOf(21, 140).filter((story) => historyOf(story).length > 0);
/** Cuts everywhere: after the first append, before the last, behind everything that was. */
const SHARES = [0, 0.2, 0.5, 0.8, 1];
const sealed = (
  await Promise.all(
    stories.slice(0, 60).map(async (story, n) => sealedStory(story, SHARES[n % 5]!, stories[60 + n]!)),
  )
).filter((one) => one !== null);

const verified = (events: readonly RecordedEvent[], options: VerifyOptions = {}) => {
  const verifier = new GroupVerifier('g', options);
  for (const { group, version, position, type, data, meta } of events)
    verifier.takeStored({ stream: `group-${group}`, version, position, id: meta.id, type, data, meta });
  return verifier.finish();
};

describe('what is left of a sealed history', () => {
  it('there are many, with runners, terms and orders where they are cut', () => {
    expect(sealed.length).toBeGreaterThan(50);
    const states = sealed.map(({ past }) => past.state);
    expect(states.some(({ leadership }) => leadership?.handover)).toBe(true);
    expect(states.filter(({ leadership }) => leadership).length).toBeGreaterThan(10);
    for (const what of ['pin', 'pause'] as const)
      expect(states.some((state) => state[what] !== null)).toBe(true);
    expect(states.some(({ runners }) => runners.some(({ taints }) => taints.length > 0))).toBe(true);
  });

  it('folds to the same group, with the same hash', () => {
    for (const { whole, past } of sealed) {
      const all = advanceBy(newHead('g'), whole);
      const rest = advanceBy(headAfter(past), restOf({ whole, past }));
      // of whom nothing stands any more the salt may be lost
      for (const [person, salt] of rest.salts) expect(all.salts.get(person)).toBe(salt);
      expect({ ...rest, commands: null }).toEqual({ ...all, commands: null, salts: rest.salts });
      expect(stateOf(plainOf(all.state))).toEqual(all.state);
      expect(all.state.sealed).toMatchObject({ upTo: past.upTo, digest: past.digest });
    }
  });

  it('verifies; with its archive the whole does as if nothing had been sealed', () => {
    for (const { whole, past } of sealed) {
      const all = verified(whole);
      expect(all).toMatchObject({ ok: true, violations: [] });
      const rest = restOf({ whole, past });
      expect(verified(rest, { past })).toEqual({ ...all, events: rest.length });
      expect(verified(rest, { past, seals: [past] })).toEqual({ ...all, events: rest.length });
      expect(verified(whole, { seals: [past] })).toEqual(all);
    }
  });

  it('answers auditors as the whole does, and says of the rest that it is sealed', async () => {
    let [asked, elections] = [0, 0];
    for (const { whole, past } of sealed) {
      const all = await auditsOf(whole, null);
      const rest = await auditsOf(restOf({ whole, past }), past);
      for (const version of [past.upTo, past.upTo + 1, whole.length - 1, whole.length]) {
        if (version > whole.length || version < past.upTo) continue;
        const [a, b] = [await all.at('g', { version }), await rest.at('g', { version })];
        expect(b.moment.state).toEqual(a.moment.state);
        if (b.moment.decidedBy) expect(b.moment.decidedBy).toEqual(a.moment.decidedBy);
        const time = a.moment.state.lastAt!;
        expect((await rest.at('g', { time })).moment.state).toEqual(
          (await all.at('g', { time })).moment.state,
        );
        asked++;
      }
      // a millisecond later: what ended in that very instant is sealed
      const window = { since: isoOfMs(Date.parse(past.state.lastAt) + 1) };
      expect(await rest.tenures('g', window)).toEqual(await all.tenures('g', window));
      expect(await rest.explain('g')).toEqual(await all.explain('g'));
      const { elections: later } = await rest.elections('g', past.state.term + 1, 100);
      expect(later).toEqual((await all.elections('g', past.state.term + 1, 100)).elections);
      elections += later.length;
      const refused = { code: 'history-sealed', message: expect.stringContaining(past.digest) };
      if (past.upTo > 1) await expect(rest.at('g', { version: 1 })).rejects.toMatchObject(refused);
      await expect(rest.tenures('g', { since: '2020-01-01T00:00:00.000Z' })).rejects.toMatchObject(refused);
      if (past.state.term > 0) await expect(rest.election('g', 1)).rejects.toMatchObject(refused);
      await expect(rest.whatIf('g', { settings: {} })).rejects.toMatchObject(refused);
    }
    expect(asked).toBeGreaterThan(150);
    expect(elections).toBeGreaterThan(50);
  });
});

describe('a forged seal, all hashes right, is found when the archive is there', () => {
  type Seal = SealedStory['past'];
  const FORGERIES: Record<string, (seal: Seal) => unknown> = {
    'another term': ({ state }) => state.term++,
    'a runner less': ({ state }) => state.runners.pop(),
    'a taint less': ({ state }) => state.runners.find(({ taints }) => taints.length > 0)?.taints.pop(),
    'another priority': ({ state: { runners } }) => runners[0] && (runners[0].priority += 7),
    'other settings': ({ state }) => (state.settings.leaseMs += 1),
    'nobody leads': ({ state }) => state.leadership && (state.leadership = null),
    'no pin': ({ state }) => state.pin && (state.pin = null),
    'another person': ({ state }) => state.pause && (state.pause.actor = 'operator:bob'),
    'another tenure': ({ tenure }) => tenure && (tenure.runner = 'z'),
    'a lease that never was': ({ leases }) => leases.push(1),
    'a longer lease': (seal) => (seal.leaseMs += 1),
    'another head': (seal) => (seal.head = 'a'.repeat(64)),
  };
  it.each(Object.entries(FORGERIES))('%s', (_, forge) => {
    let offered = 0;
    for (const { whole, past } of sealed) {
      const history = structuredClone<RecordedEvent[]>(whole);
      const seal = history.find(({ type }) => type === 'HistorySealed')!.data as Seal;
      const before = JSON.stringify(seal);
      forge(seal);
      if (JSON.stringify(seal) === before || offered === 8) continue;
      offered++;
      const found = verified(forged(history), { seals: [seal] }).violations;
      expect(found.map(({ rule }) => rule)).toContain('seal');
      expect(found[0]!.version).toBe(past.upTo);
    }
    expect(offered).toBeGreaterThan(0);
  });

  it('one that does not end with an append', () => {
    const one = sealed.find(({ whole, past }) => whole[past.upTo - 1]!.meta.part.of > 1)!;
    const seals = [{ ...one.past, upTo: one.past.upTo - 1 }];
    expect(verified(one.whole, { seals }).violations.map(({ rule }) => rule)).toContain('seal');
  });
});

describe('a deleted group', () => {
  it('verifies, with its archive and without; what is left of it is a tombstone', async () => {
    for (const story of stories.slice(0, 30)) {
      const { whole, past } = await deletedStory(story);
      const rest = restOf({ whole, past });
      expect(rest.map(({ type }) => type).slice(-2)).toEqual(['HistorySealed', 'GroupDeleted']);
      const [end] = (await collect(appendsOf(whole, initialState('g')))).slice(-1);
      expect(appendInWords(end!).at(-1)).toMatch(/^group deleted by ana.*: its id is never used again$/);
      const all = verified(whole, { seals: [past] });
      expect(all).toMatchObject({ ok: true, violations: [] });
      expect(verified(rest, { past })).toEqual({ ...all, events: rest.length });
      expect(advanceBy(headAfter(past), rest).state).toEqual(advanceBy(newHead('g'), whole).state);
    }
  });

  it('in which something was done afterwards is found out', async () => {
    const late = { type: 'RegisterRunner', runner: 'z', incarnation: inc('z'), ready: true } as const;
    const after = [{ command: { ...late, previousExited: null }, waitMs: 100 }]; // its decider knows no deletion
    const { whole, past } = await deletedStory(stories[0]!, after);
    expect(whole.map(({ type }) => type)).toContain('GroupDeleted');
    const found = verified(restOf({ whole, past }), { past }).violations;
    expect(found.map(({ rule }) => rule)).toContain('deleted');
    expect(found.find(({ rule }) => rule === 'G4')).toMatchObject({
      expected: expect.stringMatching(/^refused: group-deleted: group "g" was deleted at/),
    });
  });
});
