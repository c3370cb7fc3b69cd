import { expect, it } from '@jest/globals';
import { Groups, type RecordedEvent } from '@conclave/election';
import { inc, until } from '@conclave/processes';
import { on } from '@conclave/testing';
import { Hearing } from '../src/hearing/hearing.js';
import { Losses } from '../src/losses.js';
import { Sessions } from '../src/sessions.js';

const a = { group: 'g', runner: 'a', incarnation: inc('a') };
const turn = async () => new Promise((done) => setImmediate(done));

/** A fenced group that waits for nobody, the stream of its leader, and a server that hears itself when it is told to. */
function world(isOnlyServer: boolean) {
  const groups = new Groups();
  const settings = { failover: 'fenced' as const, lossConfirmMs: 0 };
  const story = [on.configured(settings), on.registered('a'), on.activated('a'), on.elected('a', 1)];
  story.forEach(({ event, at }, n) => {
    const meta = { at, actor: 'x', reason: null, commandId: inc('c'), hash: '' };
    const recorded = { ...event, group: 'g', version: n + 1, position: String(n + 1), meta };
    groups.apply([recorded as unknown as RecordedEvent]);
  });
  const hearing = new Hearing(0);
  hearing.started(0);
  let probes = 0;
  let asked = 0;
  const probe = { onWritten: () => undefined as void, send: () => void probes++ };
  const sessions = new Sessions(groups, () => null, console.error);
  const given: string[] = [];
  const losses = new Losses({
    ...{ groups, hearing, sessions, isOnlyServer },
    probe: probe as never,
    nowMs: () => (asked++, 100),
    defect: console.error,
    confirmed: (_, lost) => given.push(...lost.map(({ runner }) => runner)),
  });
  const sink = { send: () => undefined, end: () => undefined };
  const session = sessions.add({ ...a, isProved: true }, sink);
  const lose = () => losses.add(sessions.remove(session, 100)!);
  const prove = () => {
    hearing.recordSent('p', 100);
    hearing.recordReturned('p', 101);
    probe.onWritten();
  };
  /** It has looked at the time when the loss came, and again when its time was over. */
  const over = async (): Promise<void> => {
    for (const before = asked; asked === before;) await turn();
  };
  return { hearing, sessions, given, lose, over, prove, probes: () => probes };
}

it('who is the only server knows what it has heard, and writes nothing to find out', async () => {
  const { lose, given, probes } = world(true);
  lose();
  await until('it is judged', () => given.length > 0);
  expect([given, probes()]).toEqual([['a'], 0]);
});

it('who stops tells them to come back within as long as all of them take the next server', () => {
  const { sessions } = world(true);
  const told: unknown[] = [];
  const sink = { send: (_: string, data: object) => void told.push(data), end: () => undefined };
  for (let n = 0; n < 3; n++) sessions.add({ ...a, isProved: true }, sink);
  told.length = 0;
  sessions.bye(2);
  expect(told).toEqual(Array(3).fill({ spreadMs: 8 })); // that of the leader is open, too
});

it('what had come in by then is read first: a connection, and what it asks', async () => {
  const { lose, over, given, sessions } = world(true);
  lose();
  await over();
  sessions.alive(a);
  for (let n = 0; n < 5; n++) await turn();
  expect(given).toEqual([]);
});

it('a server that hears nothing of its store judges when it hears again', async () => {
  const { hearing, lose, given, prove, probes } = world(true);
  hearing.recordSent('x', 0);
  hearing.recordFailed('x');
  lose();
  await until('it would know', () => probes() > 0);
  expect(given).toEqual([]);
  prove();
  expect(given).toEqual(['a']);
});

it('beside others it waits until what it has written since comes back', async () => {
  const { lose, given, prove, probes } = world(false);
  lose();
  await until('it would know', () => probes() > 0);
  for (let n = 0; n < 5; n++) await turn();
  expect(given).toEqual([]);
  prove();
  expect(given).toEqual(['a']);
});
