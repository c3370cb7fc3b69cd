import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inc, until } from '@conclave/processes';
import { register, settings, World } from './node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

describe('presence of several servers, clock driven by the test', () => {
  it('several servers on one log agree: beats through either keep the leader, death is noticed by any', async () => {
    const [one, two] = [await w.server('s1'), await w.server('s2')];
    await w.ledPair(one);
    let sequence = 1;
    await w.pass(4_000, async (t) => {
      if (t % 400 !== 0) return;
      sequence++;
      const via = t % 800 === 0 ? one : two;
      expect(await via.beat('a', sequence, 1)).toMatchObject({ role: 'leader', leaseMs: 1_500 });
      await (via === one ? two : one).alive('b', sequence);
    });
    for (const s of [one, two]) expect(s.leadership).toMatchObject({ term: 1, runner: 'a' });
    await w.pass(2_600, async (t) => {
      if (t % 400 === 0) await two.alive('b', ++sequence);
    });
    for (const s of [one, two]) expect(s.leadership).toMatchObject({ term: 2, runner: 'b' });
    expect(one.groups.get('g')!.version).toBe(two.groups.get('g')!.version);
  });

  it('a server that comes back under its old name takes nobody for another', async () => {
    const first = await w.server('s1');
    await w.ledPair(first); // a is heard first, then b
    await first.stop();
    const second = await w.server('s1');
    await second.alive('b', 2); // here b is heard first
    await w.pass(300);
    let sequence = 2;
    await w.pass(3_000, async (t) => {
      if (t % 300 === 0) {
        sequence++;
        await Promise.all([second.alive('b', sequence), second.alive('a', sequence)]);
      }
    });
    expect(await second.alive('a', 20)).toMatchObject({ role: 'leader', term: 1, leaseMs: 1_500 });
    expect(second.groups.get('g')!.runners.get('b')).toMatchObject({ status: 'active' });
  });

  it('who died is not elected again by a server that knows less of it than the one that gave it up', async () => {
    // L5
    const own = w.otherStore();
    own.appendMs = 5; // what the other one says at once comes before
    const one = await w.server('s1', own);
    await one.do(settings({ leaseMs: 1_500 }));
    await one.do(register('a'));
    await one.beat('a', 1, 1);
    await w.pass(1_000);
    await w.server('s2'); // for all it knows everybody was heard just now
    while (one.groups.get('g')!.runners.get('a')!.status === 'active') await w.pass(50);
    expect(one.groups.get('g')!).toMatchObject({ term: 1, leadership: null });
  });

  it('where the server that gave a leader up says no more, another one does', async () => {
    // L5, G5
    const own = w.otherStore();
    own.refusesAppends = true;
    await w.server('s1', own); // it looks first, and so gives up first
    const two = await w.server('s2');
    await w.ledPair(two);
    for (let sequence = 2; two.leadership?.term !== 2; sequence++) {
      await two.alive('b', sequence);
      await w.pass(400);
    }
    expect(two.leadership).toMatchObject({ runner: 'b' });
  });

  it('a silence is on record as from when its runner had become active, where no server read of a beat since', async () => {
    const other = w.otherStore();
    const [one, two] = [await w.server('s1'), await w.server('s2', other)];
    await w.ledPair(one);
    const alive = async (t: number) => void (t % 400 === 0 && (await one.alive('a', ++sequence)));
    let sequence = 1;
    await w.pass(5_000, alive);
    other.publishing = new Promise(() => undefined); // what is heard there is written nowhere
    await two.alive('b', 2);
    const { runners, lastAt } = two.groups.get('g')!;
    expect(runners.get('b')).toMatchObject({ status: 'active', activeSince: lastAt });
    const known = () => one.groups.get('g')!.runners.get('b')!;
    while (known().status === 'active') await w.pass(400, alive);
    expect(known()).toMatchObject({ status: 'silent', lastSeenAt: lastAt });
  });

  it('a server that is deaf deposes nobody while the other one hears', async () => {
    // L6
    const deaf = w.otherStore();
    const [one, two] = [await w.server('s1'), await w.server('s2', deaf)];
    await w.ledPair(one);
    deaf.cut();
    let sequence = 1;
    await w.pass(8_000, async (t) => {
      if (t % 400 === 0) {
        sequence++;
        await one.beat('a', sequence, 1);
        await one.alive('b', sequence);
      }
    });
    deaf.isDown = false;
    await w.pass(3_000, async (t) => {
      if (t % 400 === 0) {
        sequence++;
        await one.beat('a', sequence, 1);
        await one.alive('b', sequence);
      }
    });
    expect(one.leadership).toMatchObject({ term: 1, runner: 'a' });
    await until('s2 has read on', () => two.groups.get('g')!.version === one.groups.get('g')!.version);
  });
});

it.each([
  ['brings it back no more', false],
  ['and after which one was answered here, without a record of that, neither', true],
])('a beat that was under way at another server when its process said goodbye %s', async (_, isFollowed) => {
  // G5
  const [one, two] = [await w.server('s1'), await w.server('s2')];
  await w.ledPair(one);
  const b = { group: 'g', runner: 'b', incarnation: inc('b') };
  const isRead = async () =>
    until('s2 has read on', () => two.groups.get('g')!.version === one.groups.get('g')!.version);
  const sayGoodbye = async () => {
    const goodbye = { runner: 'b', incarnation: inc('b'), term: -1, cooldownMs: null };
    await one.do({ type: 'ResignLeadership', ...goodbye }, 'runner:b');
    await isRead();
    return two.groups.get('g')!.runners.get('b')!.status;
  };
  if (isFollowed) await one.beat('b', 3);
  await one.presence.lastWords.endBeats(b, 2);
  await expect(one.beat('b', 2)).rejects.toMatchObject({ code: 'beat-stale' });
  expect(await sayGoodbye()).toBe('silent');
  await expect(two.beat('b', 2)).rejects.toMatchObject({ code: 'beat-stale' });
  await two.beat('b', 4); // no last one after all
  await isRead();
  expect(two.groups.get('g')!.runners.get('b')!.status).toBe('active');
});

describe('a stream that breaks at one server', () => {
  // L10
  const sink = { send: () => undefined, end: () => undefined };
  const about = { group: 'g', runner: 'a', incarnation: inc('a'), isProved: true };
  const fenced = async () => {
    const [one, two] = [await w.server('s1'), await w.server('s2')];
    await one.do(settings({ failover: 'fenced', leaseMs: 15_000 }));
    for (const runner of ['a', 'b']) await one.do(register(runner));
    await one.beat('a', 1, 1);
    const old = await one.presence.openSession(about, sink);
    await w.pass(1_000);
    return { one, two, old };
  };

  it('long after its runner has come to another one tells nothing: the term goes on', async () => {
    const { one, two, old } = await fenced();
    await two.presence.openSession(about, sink);
    await w.pass(1_000);
    one.presence.sessionClosed(old); // a way that was cut and is whole again, or a kernel that gives up
    await w.pass(2_000);
    expect(one.leadership).toMatchObject({ runner: 'a', term: 1 });
  });

  it('while its runner, which was silent, becomes active at another one tells nothing', async () => {
    const [own, other] = [w.otherStore(), w.otherStore()];
    const [one, two] = [await w.server('s1', own), await w.server('s2', other)];
    await w.ledPair(one);
    const old = await one.presence.openSession({ ...about, runner: 'b', incarnation: inc('b') }, sink);
    await w.pass(3_000, async (t) => void (t % 400 === 0 && (await one.alive('a', 2 + t / 400))));
    expect(one.groups.get('g')!.runners.get('b')).toMatchObject({ status: 'silent' });
    const slow = Promise.withResolvers<void>(); // that it was heard is told later than that it is active
    own.publishing = other.publishing = slow.promise;
    one.presence.sessionClosed(old);
    await w.pass(300);
    await two.alive('b', 2);
    await until('s1 has read that', () => one.groups.get('g')!.version === two.groups.get('g')!.version);
    slow.resolve();
    await w.pass(300);
    expect(one.groups.get('g')!.runners.get('b')).toMatchObject({ status: 'active' });
  });

  it('where the runner has come back to tells that it is dead', async () => {
    const { one, two, old } = await fenced();
    await two.presence.openSession(about, sink);
    await w.pass(1_000);
    const again = await one.presence.openSession(about, sink);
    await w.pass(1_000);
    for (const session of [old, again]) one.presence.sessionClosed(session);
    await w.pass(2_000);
    expect(one.leadership).toMatchObject({ runner: 'b', term: 2 });
  });
});
