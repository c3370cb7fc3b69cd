import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decide,
  decideAndFold,
  initialState,
  type ElectionCommand,
  type RecordedEvent,
} from '@conclave/election';
import { forgetting } from '@conclave/event-store';
import { inc } from '@conclave/processes';
import { anyStory, atPlus, historyOf, to } from '@conclave/testing';
import { auditsOf } from '../verify/sealed.fixture.js';
import { GroupVerifier } from '../verify/verify.js';

const PEOPLE = ['operator:ana', 'operator:ben', 'operator:eve'];
const verified = (history: readonly RecordedEvent[]) => {
  const verifier = new GroupVerifier('g');
  for (const event of history) verifier.take(event);
  return verifier.finish();
};
/** With a placeholder for whoever was forgotten: equal but for names. */
const unnamed = (value: unknown, person: string): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(`"${person}"`, '"somebody"')
      .replaceAll(/"operator:#[0-9a-f]{64}"/g, '"somebody"')
      .replaceAll(/"(#[0-9a-f]{64}|step \d+)"/g, '"some reason"'),
  );

describe('a history of which people are forgotten', () => {
  it('any of them: it is as sound as before, with the same head, and the name is nowhere', () => {
    fc.assert(
      fc.property(anyStory, fc.subarray(PEOPLE, { minLength: 1 }), (story, gone) => {
        const whole = historyOf(story, 'g', decide, PEOPLE);
        const left = whole.map((event) => forgetting(event, (person) => gone.includes(person)));
        const text = JSON.stringify(left);
        for (const person of gone) expect(text).not.toContain(person);
        for (const [n, { meta }] of whole.entries())
          if (gone.includes(meta.actor) && meta.reason !== null)
            expect(left[n]!.meta.reason).toMatch(/^#[0-9a-f]{64}$/);
        expect(verified(left)).toEqual(verified(whole));
      }),
      { numRuns: 60 },
    );
  });

  it('it says the same as before but for names: states, elections, tenures', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyStory,
        fc.constantFrom(...PEOPLE),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (story, person, share) => {
          const whole = historyOf(story, 'g', decide, PEOPLE);
          fc.pre(whole.length > 0);
          const left = whole.map((event) => forgetting(event, (one) => one === person));
          const [before, after] = [await auditsOf(whole, null), await auditsOf(left, null)];
          const version = Math.max(1, Math.ceil(share * whole.length));
          const ask = async (audits: typeof before) => ({
            at: { ...(await audits.at('g', { version })).moment.state, runners: null },
            tenures: (await audits.tenures('g', {})).tenures,
          });
          expect(unnamed(await ask(after), person)).toEqual(unnamed(await ask(before), person));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('the same words of somebody else are an order of his own: forgotten, they could not be compared', () => {
    const pause: ElectionCommand = { type: 'PauseElections', expiresAt: null, ttlMs: null };
    const by = (actor: string, reason: string | null) => ({
      at: atPlus(9),
      actor,
      reason,
      commandId: inc('c'),
    });
    const made = decideAndFold(to.register('a', { ready: true }), initialState('g'), by('runner:a', null));
    if ('rejection' in made) throw new Error('not made');
    const events = (reason: string | null, again: string) => {
      const paused = decideAndFold(pause, made.state, by('operator:ana', reason));
      if ('rejection' in paused) throw new Error('not paused');
      return decide(pause, paused.state, by(again, reason));
    };
    expect(events('swap', 'operator:ana')).toEqual({ events: [] });
    expect(events('swap', 'operator:ben')).toMatchObject({ events: [{ type: 'ElectionsPaused' }] });
    expect(events(null, 'operator:ben')).toEqual({ events: [] });
  });
});
