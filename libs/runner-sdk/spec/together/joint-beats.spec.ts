import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Runner, type RunnerOptions } from '@conclave/runner-sdk';

interface Said {
  group: string;
  runner: string;
  secret: string;
  sequence: number;
  term?: number;
}
/** Beats of one request. */
interface Letter {
  beats: Said[];
  isJoint: boolean;
  token: string | undefined;
}
type Reply = Record<string, unknown> & { status: number };

const HEARTBEAT_MS = 100;
const standby = (): Reply => ({
  status: 200,
  role: 'standby',
  term: 0,
  leaseMs: 0,
  heartbeatMs: HEARTBEAT_MS,
});
const problem = (status: number, code: string): Reply => ({
  status,
  type: `/docs/problems#${code}`,
  code,
  detail: code,
});
/** Leads its term from the first beat on. */
const leading = ({ term }: Said): Reply => ({
  ...standby(),
  role: 'leader',
  term: 1,
  leaseMs: term === 1 ? 5_000 : 0,
});

let server: Server;
let url = '';
let letters: Letter[] = [];
let registrations: string[] = [];
let answer: (beat: Said) => Reply = standby;
let answerAll: (replies: Reply[]) => object | 'hang' = (replies) => ({ replies });
let runners: Runner[] = [];
/** Of its own; undefined: it gets none. */
let credential: (group: string) => string | undefined = () => undefined;

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const reply = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const path = request.url!;
  const [, , , group = '', , runner = ''] = path.split('/');
  if (path.includes('/session')) return void response.writeHead(200).write(': here\n\n');
  if (request.method === 'PUT') {
    registrations.push(group);
    return void reply(200, { heartbeatMs: HEARTBEAT_MS, credential: credential(group) });
  }
  if (path.endsWith('/resign')) return void reply(200, { changed: true });
  const said = JSON.parse(Buffer.concat(pieces).toString()) as Said & { beats?: Said[] };
  const isJoint = path === '/v1/heartbeats';
  const secret = request.headers['x-conclave-secret'] as string;
  const beats = isJoint ? said.beats! : [{ ...said, group, runner, secret }];
  letters.push({ beats, isJoint, token: request.headers.authorization });
  if (isJoint) {
    expect(secret).toBeUndefined();
    const all = answerAll(beats.map(answer));
    return void (all === 'hang' || reply(200, all));
  }
  const { status, ...one } = answer(beats[0]!);
  reply(status, one);
}

beforeEach(async () => {
  [letters, registrations, runners] = [[], [], []];
  [answer, answerAll] = [standby, (replies) => ({ replies })];
  credential = () => undefined;
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await Promise.all(runners.map(async (runner) => runner.stop().catch(() => undefined)));
  server.closeAllConnections();
  server.close();
});

/** Secrets that tell them apart. */
const secretOf = (group: string) => group.padEnd(32, '-');
function start(group: string, more: Partial<RunnerOptions> = {}): Runner {
  const runner = new Runner({ url, group, id: 'r', secret: secretOf(group), signals: [], ...more });
  runners.push(runner);
  runner.start();
  return runner;
}
const groupsOf = ({ beats }: Letter) => beats.map(({ group }) => group).sort();
const joint = (...groups: string[]) =>
  letters.some((letter) => letter.isJoint && `${groupsOf(letter)}` === `${groups}`);
const of = (group: string) => letters.flatMap(({ beats }) => beats.filter((beat) => beat.group === group));

describe('runners of one process', () => {
  it('beat in one request once they are in step, each with its own secret, in order, none left out', async () => {
    for (const group of ['a', 'b', 'c']) start(group);
    await until('all together', () => joint('a', 'b', 'c'));
    for (const { beats } of letters)
      for (const { group, secret } of beats) expect(secret).toBe(secretOf(group));
    const { length } = letters;
    await until('some heartbeats more', () => letters.length > length + 5);
    for (const group of ['a', 'b', 'c'])
      expect(of(group).map(({ sequence }) => sequence)).toEqual(of(group).map((_, at) => at + 1));
    expect(registrations.sort()).toEqual(['a', 'b', 'c']);
  });

  it('one alone beats as ever', async () => {
    start('a');
    await until('some beats', () => letters.length > 5);
    expect(letters.every(({ isJoint }) => !isJoint)).toBe(true);
  });

  it('who leads waits until it is written down, which who stands by does not: they go apart', async () => {
    answer = (beat) => (beat.group < 'c' ? leading(beat) : standby());
    for (const group of ['a', 'b', 'c', 'd']) start(group);
    await until('those who lead', () => joint('a', 'b'));
    await until('those who stand by', () => joint('c', 'd'));
    for (const letter of letters.filter(({ isJoint }) => isJoint))
      expect(new Set(letter.beats.map(({ term }) => term)).size).toBe(1);
  });

  it('a beat that a lease hangs on, since its runner was just elected, waits for nobody', async () => {
    for (const group of ['a', 'b']) start(group);
    await until('together', () => joint('a', 'b'));
    answer = leading;
    await until('both lead', () => runners.every((runner) => runner.mayProcess()));
    for (const group of ['a', 'b']) {
      const first = letters.find(({ beats }) =>
        beats.some((beat) => beat.group === group && beat.term === 1),
      )!;
      expect(first.beats).toHaveLength(1);
    }
  });

  it('of whom one is refused the others are not', async () => {
    for (const group of ['a', 'b']) start(group);
    await until('together', () => joint('a', 'b'));
    const before = registrations.length;
    answer = ({ group, sequence }) =>
      group === 'a' && sequence < 1_000 && registrations.length === before
        ? problem(404, 'runner-unknown')
        : standby();
    await until('it has registered anew', () => registrations.length > before);
    expect(registrations.slice(before)).toEqual(['a']);
    await until('together again', () => letters.slice(-3).some((letter) => letter.beats.length === 2));
  });

  it('an answer that one has no part in is none to it, and the others have theirs', async () => {
    const problems: string[] = [];
    for (const group of ['a', 'b'])
      start(group).on('problem', ({ message }) => problems.push(`${group}: ${message}`));
    answerAll = (replies) => ({ replies: replies.slice(0, 1) });
    await until('one complains', () => problems.length > 0);
    expect(problems[0]).toMatch(/^[ab]: http.* answered \(502\), but not as Conclave does/);
    expect(runners.filter(({ status }) => status === 'standby')).toHaveLength(2);
  });

  it.each([
    ['a page of somebody who stands between', () => '<html>'],
    ['nothing in particular', () => null],
  ])('what is answered to all of them, %s, is no answer to any', async (_what, page) => {
    const problems = new Set<string>();
    for (const group of ['a', 'b'])
      start(group).on('problem', ({ message }) => problems.add(`${group}: ${message}`));
    answerAll = page as () => object;
    await until('both complain', () => problems.size > 1);
    const said = `${url} answered (200), but not as Conclave does: is it another program, or a proxy?`;
    expect([...problems].sort()).toEqual([`a: ${said}`, `b: ${said}`]);
    await until('alone they are answered', () => runners.every(({ status }) => status === 'standby'));
  });

  it('who has a credential of its own goes by itself', async () => {
    credential = (group) => `credential-of-${group}`;
    for (const group of ['a', 'b']) start(group, { joinToken: 'join' });
    await until('some beats of each', () => of('a').length > 5 && of('b').length > 5);
    expect(letters.every(({ isJoint }) => !isJoint)).toBe(true);
    for (const { beats, token } of letters) expect(token).toBe(`Bearer credential-of-${beats[0]!.group}`);
  });

  it('nobody answers them together: each is said again alone, and for a while all go alone', async () => {
    answer = leading;
    answerAll = () => 'hang';
    for (const group of ['a', 'b']) start(group);
    await until('together, in vain', () => joint('a', 'b'));
    const from = letters.length;
    await until('many beats more', () => letters.length > from + 10);
    expect(letters.slice(from).every(({ isJoint }) => !isJoint)).toBe(true);
    expect(runners.every((runner) => runner.mayProcess())).toBe(true);
  });

  it('who shows another credential goes by itself, as a request shows but one', async () => {
    for (const group of ['a', 'b']) start(group, { token: 'one' });
    for (const group of ['c', 'd']) start(group, { token: 'two' });
    await until('those of one', () => joint('a', 'b'));
    await until('those of two', () => joint('c', 'd'));
    for (const { beats, token } of letters)
      for (const { group } of beats) expect(token).toBe(group < 'c' ? 'Bearer one' : 'Bearer two');
  });

  it('who stops amid a beat leaves the others theirs', async () => {
    const [first, other] = [start('a'), start('b')];
    await until('together', () => joint('a', 'b'));
    await first.stop();
    const said = of('b').length;
    await until('the other one beats on', () => of('b').length > said + 3);
    expect(other.status).toBe('standby');
  });
});
