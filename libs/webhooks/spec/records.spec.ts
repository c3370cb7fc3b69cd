import { describe, expect, it } from '@jest/globals';
import { CLAIM, DEAD, DELIVERED, KEEP_MS, RecordFold, REDELIVERED, SILENT_MS } from '../src/index.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-24T12:00:00.000Z');

function world() {
  const fold = new RecordFold();
  let position = 0;
  const say = (type: string, data: object, atMs = 0) =>
    fold.take({ type, data, position: String(++position), atMs: NOW + atMs, heardMs: atMs });
  const claims = (instance: string, atMs: number, isReleased = false) =>
    say(CLAIM, { instance, endpoints: ['ops'], isReleased }, atMs);
  return { fold, say, claims };
}

describe('records of webhooks', () => {
  it('the last claim counts, until it has been silent for too long or is released', () => {
    const { fold, claims } = world();
    expect(fold.holderOf('ops', 0)).toBeNull();
    claims('a', 0);
    claims('b', 10); // both saw nobody: they read the same order, and agree
    expect(fold.holderOf('ops', 20)).toBe('b');
    expect(fold.holderOf('ops', 10 + SILENT_MS - 1)).toBe('b');
    expect(fold.holderOf('ops', 10 + SILENT_MS)).toBeNull();
    claims('b', 20_000);
    claims('b', 20_001, true);
    expect(fold.holderOf('ops', 20_001)).toBeNull();
    expect(fold.holderOf('other', 20_001)).toBeNull();
  });

  it('an endpoint begins with the first claim, goes on from its record, and begins anew after a week without one', () => {
    const { fold, say, claims } = world();
    expect(fold.progressOf('ops')).toBeNull();
    claims('a', 0);
    claims('a', 5_000);
    expect(fold.progressOf('ops')).toEqual({ position: '1', atMs: NOW, behind: [] });
    const behind = [{ group: 'g', position: '7', atMs: NOW, failingMs: NOW }];
    say(DELIVERED, { endpoint: 'ops', position: '9', atMs: NOW + 1, behind }, HOUR);
    claims('b', 2 * HOUR);
    expect(fold.progressOf('ops')).toEqual({ position: '9', atMs: NOW + 1, behind });
    claims('b', KEEP_MS + 2 * HOUR);
    expect(fold.progressOf('ops')).toMatchObject({ position: '5', behind: [] });
  });

  it('what was given up is listed for a week, the newest first, and not once it was delivered', () => {
    const { fold, say, claims } = world();
    const dead = { endpoint: 'ops', type: 'order', group: 'g', version: 1, why: 'answered 500' };
    claims('a', 0);
    say(DEAD, { ...dead, id: 'one', at: new Date(NOW).toISOString() });
    say(DEAD, { ...dead, id: 'two', at: new Date(NOW + HOUR).toISOString() });
    expect(fold.deadOf('ops', NOW + HOUR).map(({ id }) => id)).toEqual(['two', 'one']);
    expect(fold.deadOf('ops', NOW + KEEP_MS).map(({ id }) => id)).toEqual(['two']);
    say(REDELIVERED, { endpoint: 'ops', id: 'two' });
    expect(fold.deadOf('ops', NOW + HOUR).map(({ id }) => id)).toEqual(['one']);
  });

  it('a snapshot brings all of it back; what was said long ago is as old then', () => {
    const { fold, say, claims } = world();
    claims('a', 0);
    say(DEAD, {
      endpoint: 'ops',
      id: 'one',
      type: 'order',
      group: null,
      version: 1,
      why: 'no',
      at: new Date(NOW).toISOString(),
    });
    const saved = structuredClone(fold.saved(NOW));
    const again = new RecordFold();
    again.restore(saved, (atMs) => atMs - NOW);
    expect(again.progressOf('ops')).toEqual(fold.progressOf('ops'));
    expect(again.deadOf('ops', NOW)).toEqual(fold.deadOf('ops', NOW));
    expect([again.holderOf('ops', 1), again.holderOf('ops', SILENT_MS)]).toEqual(['a', null]);
    expect(fold.saved(NOW + KEEP_MS).standings).toEqual([]);
  });

  it('what is no record of ours says nothing', () => {
    const { fold, say } = world();
    say(CLAIM, { endpoints: 'ops' });
    say(DELIVERED, { endpoint: 'ops' });
    say('Other', {});
    expect([fold.progressOf('ops'), fold.holderOf('ops', 0)]).toEqual([null, null]);
  });
});
