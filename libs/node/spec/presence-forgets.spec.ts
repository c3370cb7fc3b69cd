import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { inc, until } from '@conclave/processes';
import { to } from '@conclave/testing';
import { register, Servers, settings, World } from './node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

const YEAR = 365 * 86_400_000;
/** All records of `P` but the last have expired. */
const forget = async () => w.store.expire('presence', 0, w.clock.wallMs() + 1);

it('of a running term of which records are gone nothing is granted; it ends, and the next one begins', async () => {
  // L7, G2
  const s = await w.server();
  await w.ledPair(s);
  await w.pass(1_000, async (t) => void (await s.beat('a', 2 + t, 1)));
  await s.stop();
  await forget();
  w.servers = new Servers();
  const late = await w.server('s2'); // without a snapshot
  await expect(late.beat('a', 5_000, 1)).rejects.toMatchObject({ code: 'not-ready' });
  let sequence = 5_000;
  await w.pass(4_000, async (t) => {
    if (t % 200 === 0) await late.alive('b', ++sequence);
  });
  expect(late.leadership).toMatchObject({ term: 2, runner: 'b' });
});

it('who does not know whom another server heard calls nobody silent, until that one is gone', async () => {
  // L7, G5
  const first = await w.server();
  await w.ledPair(first);
  await w.pass(500);
  await first.beat('a', 2, 1);
  await forget(); // with the names of a and b, which are said again in an hour
  const late = await w.server('s2');
  const { runners } = late.groups.get('g')!;
  let sequence = 2;
  await w.pass(5_000, async (t) => {
    if (t % 300 > 0) return;
    sequence++;
    await Promise.all(['a', 'b'].map(async (runner) => first.alive(runner, sequence)));
  });
  expect(late.groups.get('g')!.runners).toEqual(runners);
  expect(late.leadership).toMatchObject({ term: 1, runner: 'a' });
  await first.stop();
  const isSilent = (runner: string) => late.groups.get('g')!.runners.get(runner)!.status === 'silent';
  while (!isSilent('a') || !isSilent('b')) await w.pass(50);
});

it('nor does it take a stream that breaks for a death where somebody was heard whom it cannot tell', async () => {
  // L7, L10
  const first = await w.server();
  await w.ledPair(first, { leaseMs: 15_000 });
  await first.do(settings({ failover: 'fenced' }));
  const a = { group: 'g', runner: 'a', incarnation: inc('a'), isProved: true };
  const sink = { send: () => undefined, end: () => undefined };
  await first.presence.openSession(a, sink); // it has a name without a term from here on
  await w.pass(500);
  await first.beat('a', 2, 1);
  await forget();
  const late = await w.server('s2');
  const session = await late.presence.openSession(a, sink);
  await w.pass(500);
  late.presence.sessionClosed(session);
  const before = late.presence['log'].revision;
  await first.presence.openSession(a, sink);
  await until('s2 has read that', () => late.presence['log'].revision > before);
  await w.pass(1_000);
  expect(late.leadership).toMatchObject({ term: 1, runner: 'a' });
});

it('unless servers have been writing for an hour since: whoever knew more has acted', async () => {
  const s = await w.server();
  await w.ledPair(s);
  await w.pass(500);
  await forget();
  let sequence = 10;
  for (let n = 0; n < 4; n++) {
    w.clock.advance(1_200_000); // this process stood still: nothing was heard, nobody is given up
    await w.pass(1_200, async () => void (await s.beat('a', ++sequence, 1).catch(() => undefined)));
  }
  expect(s.leadership).toMatchObject({ term: 1 });
  await s.stop();
  w.servers = new Servers();
  const late = await w.server('s2');
  expect(await late.beat('a', ++sequence, 1)).toMatchObject({ role: 'leader', term: 1, leaseMs: 1_500 });
});

it('a clock that is a year ahead takes no record of a moment ago away, and nobody the lead when it is set right', async () => {
  let sequence = 10;
  const served = async (id: string, forMs = 2_000) => {
    w.servers = new Servers();
    const s = await w.server(id); // without a snapshot
    await w.pass(forMs, async () => void (await s.beat('a', ++sequence, 1).catch(() => undefined)));
    return s;
  };
  const first = await w.server();
  await w.ledPair(first);
  await first.stop();
  w.clock.adopt(YEAR);
  for (const id of ['s2', 's3']) await (await served(id)).stop(); // a start after the other
  w.clock.adopt(-YEAR);
  const late = await served('s4');
  expect(await late.beat('a', ++sequence, 1)).toMatchObject({ role: 'leader', term: 1, leaseMs: 1_500 });
});

it('nor does one that begins from a snapshot of the last moment', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-'));
  const first = await w.server('s1', w.store, (name) => join(directory, name));
  await w.ledPair(first);
  await w.pass(2_000, async (t) => void (await first.beat('a', 10 + t, 1)));
  await first.stop();
  await first.node['snapshots'].save();
  w.clock.adopt(YEAR);
  w.servers = new Servers();
  const ahead = await w.server('s2', w.store, (name) => join(directory, name));
  await w.pass(2_000, async (t) => void (await ahead.beat('a', 3_000 + t, 1)));
  await ahead.stop();
  rmSync(directory, { recursive: true });
  w.clock.adopt(-YEAR);
  w.servers = new Servers();
  const late = await w.server('s3'); // without a snapshot, as after an upgrade
  expect(await late.beat('a', 6_000, 1)).toMatchObject({ role: 'leader', term: 1, leaseMs: 1_500 });
});

it('but what is old goes when a clock has said so for two hours', async () => {
  const first = await w.server();
  await w.ledPair(first);
  await first.stop();
  w.clock.adopt(365 * 86_400_000);
  w.servers = new Servers();
  await w.server('s2');
  for (let n = 0; n < 7; n++) {
    w.clock.advance(1_200_000);
    await w.pass(1_200);
  }
  await until('they are gone', async () => {
    for await (const { version } of w.store.read('presence')) return version > 1;
    return false;
  });
});

it('of processes that are gone nothing stays, whatever of them is read later', async () => {
  const s = await w.server();
  await s.do(settings({ leaseMs: 1_500 }));
  for (let n = 1; n < 4; n++) {
    const id = `pod-${n}`;
    await s.do(register(id));
    if (n === 1) await s.beat(id, 1, 1);
    else await s.beat(id, 1);
    await w.pass(300);
    void s.beat(id, 2); // what nobody waits for is written up to a quarter of a second later
    await s.do(to.deregister(id, n === 1 ? null : inc(id)));
    if (n === 1) await s.beat(id, 3, 1); // removed by somebody while it leads
    await w.pass(1_000);
  }
  await w.pass(2_000);
  expect(s.groups.get('g')).toMatchObject({ leadership: null });
  expect(s.presence['roll'].size).toBe(0);
});
