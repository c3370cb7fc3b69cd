import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { HttpClient } from '../../src/http/http-client.js';
import { until } from '@conclave/processes';
import { leading, Script, work } from '../scripted-conclave.fixture.js';

// Who joins with a join token gets a credential of its own, which ends. With it ends the stream, and a leader that has none is
// taken for dead in a fenced group.

const DAY_MS = 86_400_000;
let script: Script;
let runner: Runner;
let problems: string[];
const endingIn = (ms: number): string =>
  `e30.${Buffer.from(JSON.stringify({ exp: (Date.now() + ms) / 1_000 })).toString('base64url')}.x`;
beforeEach(async () => {
  script = new Script();
  problems = [];
  await script.listen();
  script.answer = leading();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await runner.stop();
  script.close();
});
const begin = () => {
  const about = { group: 'g', id: 'r', labels: { zone: 'a' }, priority: 7 };
  runner = new Runner({ url: script.url, ...about, joinToken: 'of-the-group', signals: [] });
  runner.on('problem', ({ message }) => problems.push(message));
  void runner.lead(work([]));
};

it('it is asked for anew before it ends, while the runner leads', async () => {
  script.credential = () => endingIn(1_000);
  begin();
  await until('it leads', () => runner.mayProcess());
  await until('it is renewed', () => script.registrations > 1);
  expect(script.credentials.slice(0, 2)).toEqual(['of-the-group', 'of-the-group']);
  // an operator may have removed it meanwhile: it is not to come back without them
  expect(script.registered[1]).toMatchObject({ labels: { zone: 'a' }, priority: 7 });
  await until('it is shown', () => script.shownWith === script.given.at(-1));
  await until('another stream is opened before the first is over', () => script.sessions > 1);
  expect(runner.term).toBe(1);
});

it.each(['a year ahead', 'set back by a day while it leads'])(
  'so it is where its clock is %s',
  async (wrong) => {
    const wallMs = Date.now.bind(Date);
    let aheadMs = wrong.startsWith('a year') ? 365 * DAY_MS : 0;
    jest.spyOn(Date, 'now').mockImplementation(() => wallMs() + aheadMs);
    script.credential = () => {
      const iat = wallMs() / 1_000;
      return `e30.${Buffer.from(JSON.stringify({ iat, exp: iat + 1 })).toString('base64url')}.x`;
    };
    begin();
    await until('it has one', () => script.registrations === 1);
    if (aheadMs === 0) aheadMs = -DAY_MS;
    await until('it is renewed', () => script.registrations > 1);
  },
);

it('so it is after its machine was suspended, in which the monotonic clock stands still', async () => {
  const wallMs = Date.now.bind(Date);
  let suspendedMs = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => wallMs() + suspendedMs);
  script.credential = () => {
    const iat = wallMs() / 1_000;
    return `e30.${Buffer.from(JSON.stringify({ iat, exp: iat + 30 * 86_400 })).toString('base64url')}.x`;
  };
  begin();
  await until('it has one, and beats', () => script.beats.length > 0);
  suspendedMs = 25 * DAY_MS;
  await until('it is renewed', () => script.registrations > 1);
});

it('a leader whose credential has ended waits for others of its process no longer than for an answer', async () => {
  script.credential = () => endingIn(DAY_MS);
  const sent = jest.spyOn(HttpClient.prototype, 'send');
  begin();
  await until('it leads', () => runner.mayProcess());
  script.answer = (beat) =>
    script.registrations > 1
      ? leading()(beat)
      : { status: 401, code: 'unauthenticated', detail: 'it has ended' };
  await until('it has another', () => script.registrations > 1);
  const asked = sent.mock.calls.map(([one]) => one).filter(({ method }) => method === 'PUT');
  expect([asked[0]!.waitMs, asked[1]!.waitMs]).toEqual([undefined, asked[1]!.timeoutMs]);
});

it('beats go on where that fails, and people are told', async () => {
  script.credential = () => {
    script.isAtALoss = true; // from the next one on
    return endingIn(1_000);
  };
  begin();
  await until('it leads', () => runner.mayProcess());
  await until('it was tried', () => script.registrations === 2);
  const before = script.beats.length;
  await until('it beats', () => script.beats.length > before + 10);
  expect(runner.mayProcess()).toBe(true);
  expect(script.registrations).toBe(2);
  expect(problems).toEqual(['/labels: too new']);
});

it.each(['opaque', 'a.b.c', endingIn(-5_000)])('one that cannot be read is kept: %s', async (credential) => {
  script.credential = () => credential;
  begin();
  await until('it leads', () => runner.mayProcess());
  await until('it beats', () => script.beats.length > 10);
  expect(script.registrations).toBe(1);
});
