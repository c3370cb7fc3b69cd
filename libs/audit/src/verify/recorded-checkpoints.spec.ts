import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { StoredEvent } from '@conclave/event-store';
import {
  CHECKPOINT_SIGNED,
  CHECKPOINTS_STREAM,
  rootOfMarks,
  type GroupMark,
} from '../checkpoint/checkpoint.js';
import { MarkTree } from '../checkpoint/mark-tree.js';
import { KeyLog, type PublicKey } from '../keys/key-log.js';
import { RecordedCheckpoints } from './recorded-checkpoints.js';

const AT = '2026-11-24T12:00:00.000Z';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const { x } = publicKey.export({ format: 'jwk' });
const key: PublicKey = { kty: 'OKP', crv: 'Ed25519', x: x!, kid: 'k1', alg: 'EdDSA', use: 'sig' };
const stored = (stream: string, version: number, event: Pick<StoredEvent, 'type' | 'data' | 'meta'>) =>
  ({ stream, version, position: String(version), id: 'x', ...event }) as StoredEvent;

/** A log that knows the key. */
function log(pending: string[] = []) {
  const keys = new KeyLog();
  const published = { type: 'SigningKeyPublished', data: { key, replaces: null } } as const;
  const first = keys.next('x', published, { at: AT, actor: 'system:keys', reason: null }, '');
  expect(keys.take(stored('keys', 1, first as never))).toBeNull();
  return new RecordedCheckpoints(keys, new Set(pending));
}
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const markOf = (text: string): GroupMark => {
  const [group, version] = text.split(' ') as [string, string];
  return { group, version: Number(version), head: `hash of ${text}` };
};
const EVENTS = ['a 1', 'b 1', 'a 2', 'c 1', 'b 2'].map(markOf);
const latest = (events: readonly GroupMark[]) => new Map(events.map((mark) => [mark.group, mark])).values();

/** The checkpoint that a server wrote when it had read so many of these events. */
function checkpointOf(events: readonly GroupMark[], by = 'k1', edit: (data: any) => object = (data) => data) {
  const marks = [...latest(events)];
  const about = {
    at: AT,
    events: events.length,
    groups: marks.length,
    root: rootOfMarks(marks),
    instance: 'i',
  };
  const text = `${part({ alg: 'EdDSA', kid: by, typ: 'conclave-checkpoint+jws' })}.${part({ checkpoint: 1, ...about })}`;
  const checkpoint = `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  const { at: _at, instance: _i, ...shown } = about;
  return stored(CHECKPOINTS_STREAM, 1, {
    type: CHECKPOINT_SIGNED,
    data: edit({ checkpoint, ...shown }),
    meta: {},
  });
}
const read = (events: readonly GroupMark[]) => {
  const checkpoints = log();
  for (const { group, version, head } of events) checkpoints.passed(group, version, head);
  return checkpoints;
};

describe('checkpoints that stand in the log', () => {
  it('fit it: at its end, before its end, one after the other, and one of who had read less', () => {
    const checkpoints = read(EVENTS.slice(0, 3));
    expect(checkpoints.take(checkpointOf(EVENTS.slice(0, 2)))).toBeNull();
    expect(checkpoints.take(checkpointOf(EVENTS.slice(0, 3)))).toBeNull();
    for (const { group, version, head } of EVENTS.slice(3)) checkpoints.passed(group, version, head);
    expect(checkpoints.take(checkpointOf(EVENTS))).toBeNull();
    expect(checkpoints.take(checkpointOf(EVENTS.slice(0, 1)))).toBeNull();
  });

  it.each<[string, (events: GroupMark[]) => GroupMark[], RegExp]>([
    [
      'an event was changed',
      (all) => all.map((m, n) => (n === 2 ? { ...m, head: 'x' } : m)),
      /the past was changed/,
    ],
    ['an event was left out', (all) => all.slice(0, 4), /is of 5 events, and only 4 stand before it/],
    [
      'a group was left out',
      (all) => [...all.filter(({ group }) => group !== 'c'), markOf('b 3')],
      /the past was changed/,
    ],
    ['a group was put in', (all) => [markOf('z 1'), ...all], /the past was changed/],
  ])('tell that %s', (_, edit, why) => expect(read(edit(EVENTS)).take(checkpointOf(EVENTS))).toMatch(why));

  it.each<[string, StoredEvent, RegExp]>([
    ['signed by a stranger', checkpointOf(EVENTS, 'k2'), /by key k2, of which the log knows nothing/],
    [
      'signed of something else',
      checkpointOf(EVENTS, 'k1', (d) => ({ ...d, checkpoint: d.checkpoint.slice(0, -6) + 'AAAAAA' })),
      /its signature by key k1 does not fit/,
    ],
    [
      'shown as of other events',
      checkpointOf(EVENTS, 'k1', (d) => ({ ...d, events: 4 })),
      /is not what it says/,
    ],
    ['none at all', checkpointOf(EVENTS, 'k1', () => ({ checkpoint: 'x' })), /no checkpoint of Conclave/],
    [
      'not a signed line',
      checkpointOf(EVENTS, 'k1', (d) => ({ ...d, checkpoint: 'a.b.c' })),
      /no checkpoint of Conclave/,
    ],
  ])('are told: %s', (_, event, why) => expect(read(EVENTS).take(event)).toMatch(why));
});

describe('checkpoints in a log of which some is sealed', () => {
  /** Of "a" two events are gone, and what was read of the others. */
  const rest = (edit: (mark: GroupMark) => GroupMark = (mark) => mark) => {
    const checkpoints = log(['a']);
    const tell = (mark: GroupMark): void => checkpoints.passed(mark.group, mark.version, mark.head);
    return {
      checkpoints,
      tell: (text: string) => tell(edit(markOf(text))),
      begin: (head: string) => checkpoints.begin('a', { upTo: 2, head }),
    };
  };
  const after = [...EVENTS, ...['a 3', 'b 3'].map(markOf)];

  it('are not judged while they may be older than what is sealed, and judged from then on', () => {
    const { checkpoints, tell, begin } = rest();
    tell('b 1');
    expect(checkpoints.take(checkpointOf(EVENTS.slice(0, 3)))).toBeNull();
    for (const text of ['c 1', 'b 2']) tell(text);
    expect(checkpoints.take(checkpointOf(EVENTS))).toBeNull();
    begin(markOf('a 2').head);
    for (const text of ['a 3', 'b 3']) tell(text);
    expect(checkpoints.take(checkpointOf(after.slice(0, 6)))).toBeNull();
    expect(checkpoints.take(checkpointOf(after))).toBeNull();
  });

  it('tell that what is left was changed', () => {
    const { checkpoints, tell, begin } = rest((m) => (m.group === 'c' ? { ...m, head: 'x' } : m));
    for (const text of ['b 1', 'c 1', 'b 2']) tell(text);
    begin(markOf('a 2').head);
    for (const text of ['a 3', 'b 3']) tell(text);
    expect(checkpoints.take(checkpointOf(after))).toMatch(/the past was changed/);
  });
});

it('the tree that is kept is the tree that is made anew, whatever comes in whatever order', () => {
  const mark = fc.record({
    group: fc.constantFrom(...'abcdefghijk'.split('')),
    version: fc.nat(),
    head: fc.string(),
    looks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 60 }), (marks) => {
      const tree = new MarkTree();
      const all = new Map<string, GroupMark>();
      for (const { looks, ...one } of marks) {
        tree.set(one);
        all.set(one.group, one);
        if (looks) expect(tree.root()).toBe(rootOfMarks(all.values()));
      }
      expect(tree.root()).toBe(rootOfMarks(all.values()));
    }),
  );
});
