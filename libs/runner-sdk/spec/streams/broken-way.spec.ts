import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leadingForHours, Script, work } from '../scripted-conclave.fixture.js';

// The way to one server breaks, and that server lives: of the leader of a fenced group it waits 30 ms for a sign (L10).

let [one, two] = [new Script(), new Script()];
beforeEach(async () => {
  [one, two] = [new Script(), new Script()];
  await Promise.all([one.listen(), two.listen()]);
});
afterEach(() => {
  one.close();
  two.close();
});

it("a leader's stream goes to the next server at once, and does not wait for its next beat", async () => {
  one.answer = leadingForHours;
  const runner = new Runner({ url: [one.url, two.url], group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it leads, and its stream is open', () => runner.term === 1 && one.session !== null);
  one.close();
  await until('its stream is at the other', () => two.session !== null);
  expect([two.beats.length, runner.term]).toEqual([0, 1]);
  await runner.stop();
  expect(two.resigned).toEqual(['away']);
});

it("a leader's stream that breaks is opened over a new connection where those that are there are dead without a word", async () => {
  one.answer = leadingForHours;
  const runner = new Runner({ url: one.url, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it leads, and its stream is open', () => runner.term === 1 && one.session !== null);
  const dead = new Set(Object.values(one.from).flat());
  one.hearsStreamsOf = (port) => !dead.has(port);
  one.session!.destroy();
  await until('it is open again', () => one.sessions === 2, 20_000); // one that says nothing is left after 30 s
  expect(one.from.session.slice(1).map((port) => dead.has(port))).toEqual([true, false]);
  expect(runner.term).toBe(1);
  await runner.stop();
});

it("a standby's stream goes there after a few tries, or it would hear of its election with its next beat only (G5)", async () => {
  const standby = { role: 'standby', term: 1, leader: 'another', leaseMs: 0, heartbeatMs: 3_600_000 };
  one.answer = () => standby;
  const runner = new Runner({ url: [one.url, two.url], group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it stands by, and its stream is open', () => one.beats.length > 0 && one.session !== null);
  one.close();
  await until('its stream is at the other', () => two.session !== null);
  await runner.stop();
});

it('from a server that stops it goes to the next one, and asks that one nothing more: it would be refused there', async () => {
  one.answer = two.answer = () => ({ role: 'standby', term: 1, leaseMs: 0, heartbeatMs: 3_600_000 });
  const runner = new Runner({ url: [one.url, two.url], group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it stands by, and its stream is open', () => one.beats.length > 0 && one.session !== null);
  one.push('bye', { spreadMs: 1 });
  one.session!.end();
  await until('its stream is at the other', () => two.session !== null);
  expect(one.sessions).toBe(1);
  await runner.stop();
  expect([one.resigned, two.resigned]).toEqual([[], ['away']]);
});

it('of three it goes to any other one: else all would come to one, and move together again when that stops', async () => {
  const three = new Script();
  await three.listen();
  const standby = { role: 'standby', term: 1, leaseMs: 0, heartbeatMs: 3_600_000 };
  one.answer = two.answer = three.answer = () => standby;
  for (let n = 1; two.sessions === 0 || three.sessions === 0; n++) {
    expect(n).toBeLessThan(40);
    const url = [one.url, two.url, three.url];
    const runner = new Runner({ url, group: 'g', id: `r${n}`, signals: [] });
    void runner.lead(work([]));
    await until('its stream is open', () => one.sessions === n && one.beats.length === n);
    one.push('bye', { spreadMs: 1 });
    one.session!.end();
    await until('its stream is at another', () => two.sessions + three.sessions === n);
    await runner.stop();
  }
  three.close();
});

it('a beat that hangs at the one before leads nobody away from there: that one is not asked again', async () => {
  const heartbeatMs = 300;
  const leads = { role: 'leader', term: 1, leaseMs: 60_000, heartbeatMs };
  one.answer = ({ term }) => (term === 1 ? leads : { ...leads, leaseMs: 0 });
  two.answer = () => leads;
  const runner = new Runner({ url: [one.url, two.url], group: 'g', id: 'r', signals: [] });
  const problems: string[] = [];
  runner.on('problem', ({ message }) => problems.push(message));
  void runner.lead(work([]));
  await until('it leads, and its stream is open', () => runner.term === 1 && one.session !== null);
  one.answer = () => 'hang';
  const before = one.beats.length;
  await until('a beat hangs', () => one.beats.length > before);
  one.refuse();
  one.session!.destroy();
  await until(
    'its stream and its beats are at the other',
    () => two.session !== null && two.beats.length > 0,
  );
  await runner.stop();
  expect(problems).toEqual([expect.stringMatching(`^no answer within \\d+ ms from ${one.url}$`)]);
});

it('a stream that is cut off as soon as it has said something is opened ever more seldom', async () => {
  const runner = new Runner({ url: one.url, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  let firstMs = 0;
  for (let opened = 1; opened <= 6; opened++) {
    await until(`it is opened ${opened} times`, () => one.sessions === opened);
    firstMs ||= performance.now();
    one.session!.end('event: standby\ndata: {}\n\n');
  }
  expect(performance.now() - firstMs).toBeGreaterThan(25 + 50 + 100 + 200 + 400);
  await runner.stop();
});
