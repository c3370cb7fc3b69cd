import { expect, it } from '@jest/globals';
import type { StoredAppend } from '@conclave/event-store';
import { inc } from '@conclave/processes';
import { ManualClock } from '@conclave/testing';
import { ClockLog } from './clock-log.js';

const step = (version: number, more: object = {}): StoredAppend => {
  const position = String(version);
  const data = {
    instance: inc('s1'),
    cause: 'set',
    server: '2026-11-27T12:00:00.000Z',
    machine: '2026-11-27T13:00:00.000Z',
    ...more,
  };
  const event = { stream: 'clocks', version, position, id: inc('e', version), type: 'ClockStepped', data };
  return { stream: 'clocks', position, events: [{ ...event, meta: { v: 3 } }] };
};
const log = (): ClockLog =>
  new ClockLog({ publish: async () => undefined }, new ManualClock(), inc('s1'), 'w', () => undefined);

it('a step that comes while a snapshot is written is there once after a restart', () => {
  const before = log();
  before.apply(step(1));
  const saved = before.saved(); // written in pieces, while the log goes on
  before.apply(step(2));
  const after = log();
  after.restore(saved);
  after.apply(step(2)); // it is read from the place of the snapshot on
  expect(after.all).toHaveLength(2);
});

it('what a writer said last of the clock of its machine is known, also after a restart; it is not shown', () => {
  const before = log();
  before.apply(step(1, { writer: 'a' }));
  before.apply(step(2, { writer: 'b' }));
  before.apply(step(3, { writer: 'b', cause: 'set-back' }));
  before.apply(step(4)); // of before it was said
  const after = log();
  after.restore(before.saved());
  expect(['a', 'b', 'c'].map((writer) => after.machineAheadMs(writer))).toEqual([3_600_000, 0, 0]);
  expect(after.all.filter((one) => 'writer' in one)).toEqual([]);
});
