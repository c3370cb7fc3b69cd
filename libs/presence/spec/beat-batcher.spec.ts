import { expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { ManualClock } from '@conclave/testing';
import { BeatBatcher } from '../src/beat-batcher.js';
import { Roll } from '../src/hearing/roll.js';
import type { PresenceLog } from '../src/records/presence-log.js';

/** A batcher on a clock that stands still, so that whatever waits for its pace waits for ever. */
function world(isStuck = false) {
  const clock = new ManualClock();
  const written: number[] = [];
  const beats: PresenceLog['beats'] = async (all, _opened, _id, signs) => {
    written.push(all.length + (signs?.length ?? 0));
    if (isStuck) await new Promise(() => undefined);
  };
  const batcher = new BeatBatcher<never>({ beats } as unknown as PresenceLog, clock);
  const roll = new Roll();
  const note = (n: number) => {
    const about = { group: 'g', runner: `r${n}`, incarnation: inc('r', n) };
    batcher.note({ ...about, sequence: 1 }, roll.enterProcess(about), clock.monotonicMs(), 5_000, false);
  };
  const turns = async () => {
    for (let n = 0; n < 50; n++) await new Promise(setImmediate);
  };
  return { clock, written, note, turns, batcher };
}

it('signs of life of more processes than one append takes do not wait for its pace: their silence would be called death', async () => {
  const { written, note, turns } = world();
  for (let n = 0; n < 5_000; n++) note(n);
  await turns();
  expect(written).toEqual([2_000, 2_000]); // and the last ones at the usual pace
  for (let n = 0; n < 1_000; n++) note(n);
  await turns();
  expect(written).toEqual([2_000, 2_000, 2_000]);
});

it('what is written and has not come back is answered for a lease, what is not written yet for a heartbeat', async () => {
  const { clock, written, turns, batcher } = world(true);
  const refused: string[] = [];
  const renew = (runner: string) => {
    const beat = { group: 'g', runner, incarnation: inc(runner), sequence: 1, acked: 0, term: 1 };
    batcher
      .renew(beat, { heartbeatMs: 1_000, leaseMs: 4_000 }, true)
      .catch(() => refused.push(`${runner} at ${clock.monotonicMs()}`));
  };
  renew('written');
  await turns();
  renew('waiting');
  for (let n = 0; n < 5; n++) {
    clock.advance(1_000);
    batcher.dropStale(clock.monotonicMs());
    clock.advance(1);
    batcher.dropStale(clock.monotonicMs());
    await turns();
  }
  expect([written, refused]).toEqual([[1], ['waiting at 1001', 'written at 4004']]);
});

it('of one process the newest sign is written, once', async () => {
  const { written, note, turns } = world();
  for (let n = 0; n < 100; n++) note(n % 10);
  await turns();
  expect(written).toEqual([10]);
});
