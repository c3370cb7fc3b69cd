import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@jest/globals';
import { Runner, type RunnerOptions } from '@conclave/runner-sdk';

export interface Said {
  group: string;
  runner: string;
  secret: string;
  credential?: string;
  sequence: number;
  acked: number;
  term?: number;
}
/** Beats of one request. */
export interface Letter {
  beats: Said[];
  isJoint: boolean;
  token: string | undefined;
  /** Said with them, by number. */
  short?: { key: string | null; beats: number[] };
}
export type Reply = Record<string, unknown> & { status: number };

const HEARTBEAT_MS = 100;
export const standby = (): Reply => ({
  status: 200,
  role: 'standby',
  term: 0,
  leaseMs: 0,
  heartbeatMs: HEARTBEAT_MS,
});
/** Leads its term from the first beat on. */
export const leading = ({ term }: Said): Reply => ({
  ...standby(),
  role: 'leader',
  term: 1,
  leaseMs: term === 1 ? 5_000 : 0,
});
export const problem = (status: number, code: string): Reply => ({
  status,
  type: `/docs/problems#${code}`,
  code,
  detail: code,
});
/** Secrets that tell them apart. */
export const secretOf = (group: string): string => group.padEnd(32, '-');

/** Runners of this process, each in a group of its own, and a Conclave that answers what the test says. */
export class Crowd {
  readonly letters: Letter[] = [];
  readonly registrations: string[] = [];
  readonly runners: Runner[] = [];
  /** Streams of theirs. */
  readonly sessions: ServerResponse[] = [];
  url = '';
  answer: (beat: Said) => Reply = standby;
  answerAll: (replies: Reply[], short?: Letter['short']) => unknown = (replies) => ({ replies });
  statusOfAll = 200;
  /** It answers no beat any more, alone or not: whoever came back by mistake would stay. */
  hangs = false;
  /** The answer to these is under way until then. */
  onLetter: (letter: Letter) => Promise<unknown> = async () => undefined;
  /** Of its own; undefined: it gets none. */
  credential: (group: string) => string | undefined = () => undefined;
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));

  async listen(): Promise<void> {
    await new Promise<void>((done) => {
      this.server.listen(0, '127.0.0.1', done);
    });
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.runners.map(async (runner) => runner.stop().catch(() => undefined)));
    this.server.closeAllConnections();
    this.server.close();
  }

  start(group: string, more: Partial<RunnerOptions> = {}): Runner {
    const { url } = this;
    const runner = new Runner({ url, group, id: 'r', secret: secretOf(group), signals: [], ...more });
    this.runners.push(runner);
    runner.start();
    return runner;
  }

  /** Exactly these have beaten together. */
  joint(...groups: string[]): boolean {
    const groupsOf = ({ beats }: Letter) => beats.map(({ group }) => group).sort();
    return this.letters.some((letter) => letter.isJoint && groupsOf(letter).join() === groups.join());
  }

  of(group: string): Said[] {
    return this.letters.flatMap(({ beats }) => beats.filter((beat) => beat.group === group));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const reply = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const path = request.url!;
    const [, , , group = '', , runner = ''] = path.split('/');
    if (path.includes('/session')) {
      this.sessions.push(response);
      return void response.writeHead(200).write(': here\n\n');
    }
    if (request.method === 'PUT') {
      this.registrations.push(group);
      return void reply(200, { heartbeatMs: HEARTBEAT_MS, credential: this.credential(group) });
    }
    if (path.endsWith('/resign')) return void reply(200, { changed: true });
    const said = JSON.parse(Buffer.concat(pieces).toString()) as Said & {
      beats?: Said[];
      short?: Letter['short'];
    };
    const isJoint = path === '/v1/heartbeats';
    const secret = request.headers['x-conclave-secret'] as string;
    const beats = isJoint ? said.beats! : [{ ...said, group, runner, secret }];
    const { short } = said;
    const letter = { beats, isJoint, token: request.headers.authorization, ...(short && { short }) };
    this.letters.push(letter);
    if (this.hangs) return;
    await this.onLetter(letter);
    if (isJoint) {
      expect(secret).toBeUndefined();
      const all = this.answerAll(beats.map(this.answer), short);
      return void (all === 'hang' || reply(this.statusOfAll, all));
    }
    const { status, ...one } = this.answer(beats[0]!);
    reply(status, one);
  }
}
