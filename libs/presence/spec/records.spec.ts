import { describe, expect, it } from '@jest/globals';
import { isoOf } from '@conclave/kernel';
import { inc } from '@conclave/processes';
import { readRecord } from '../src/records/records.js';

const stored = (data: object, version = 1, meta: object = { v: 3, at: isoOf(0) }) => ({
  stream: 'presence',
  version,
  position: String(version),
  id: inc('id'),
  type: 'BeatsObserved',
  data,
  meta,
});

describe('what stands in the presence log', () => {
  it.each([
    ['of an older form', stored({ i: 'x'.repeat(22), g: 1, h: 0, b: [] }, 1, { v: 1, at: isoOf(0) })],
    ['of another type', { ...stored({}), type: 'OrderPlaced' }],
    ['without our meta', stored({ i: 'x'.repeat(22), g: 1, h: 0, b: [] }, 1, {})],
    ['of another form', stored({ beats: [] })],
    ['binary', { ...stored({}), data: new Uint8Array([1, 2]) }],
    ['null', { ...stored({}), data: null as never }],
  ])('is not ours: %s', (_, event) => {
    expect(readRecord(event)).toBeNull();
  });
  it('of a newer server stops the fold: rules may change at it', () => {
    expect(() => readRecord(stored({}, 7, { v: 4, at: isoOf(0) }))).toThrow(
      'event 7 of stream "presence" (BeatsObserved) cannot be read: A newer Conclave wrote it',
    );
  });
});
