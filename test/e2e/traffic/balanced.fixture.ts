import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, describeIf, freePorts, ServerProcess, until, dropFolder } from '@conclave/processes';
import { AgentProcess } from './agent.fixture.js';

const PATHS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Specs that need a program; without it they are skipped under a name that says what to install. */
export function describeWith(
  program: string,
  install: string,
): (name: string, specs: (path: string) => void) => void {
  const path = PATHS.map((folder) => join(folder, program)).find((file) => existsSync(file));
  const describeHere = describeIf(path !== undefined, `no ${program}: ${install}`);
  return (name, specs) => describeHere(name, () => specs(path ?? program));
}

/** A program that serves, and the agent beside it. */
export interface Member {
  name: string;
  backend: ChildProcess;
  agent: AgentProcess;
}

/** What one request through the balancer came to; `began` and `ended` count what happened in the whole world. */
export interface Answer {
  began: number;
  ended: number;
  status: number;
  term: number;
  name: string;
}

/** A server, three members of the group "web", and people who ask through a balancer. */
export class Balanced {
  server!: ServerProcess;
  api!: Api;
  readonly members: Member[] = [];
  readonly answers: Answer[] = [];
  balancer: ChildProcess | null = null;
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-traffic-'));
  private readonly log = join(this.folder, 'served');
  private happened = 0;
  private isAsking = true;
  private asking: Promise<unknown> = Promise.resolve();

  constructor(
    readonly balancerPort: number,
    readonly backendPorts: readonly number[],
    readonly agentPorts: readonly number[],
  ) {}

  static async open(leaseMs: number): Promise<Balanced> {
    const [own, ...ports] = await freePorts(7);
    const world = new Balanced(own!, ports.slice(0, 3), ports.slice(3));
    world.server = await ServerProcess.start();
    world.api = new Api(world.server.url);
    await world.api.put('/v1/groups/web', { leaseMs });
    for (const at of [0, 1, 2]) await world.join(at);
    return world;
  }

  private async join(at: number): Promise<void> {
    const [name, port] = [`web-${at + 1}`, this.backendPorts[at]!];
    const own = `http://127.0.0.1:${this.agentPorts[at]}`;
    const program = [join('test/e2e/traffic/backend.mjs'), name, String(port), own, this.log];
    const backend = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(backend.stdout, 'data');
    const idle = `curl -sf http://127.0.0.1:${port}/idle`;
    const more = ['--listen', `127.0.0.1:${this.agentPorts[at]}`, '--on-revoked', idle];
    this.members.push({ name, backend, agent: await AgentProcess.start(this.server, 'web', name, more) });
  }

  /** Some people who ask again and again, until `close`. */
  ask(people: number): void {
    this.asking = Promise.all(
      Array.from({ length: people }, async () => {
        while (this.isAsking) {
          this.answers.push(await this.askOnce());
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }),
    );
  }

  private async askOnce(): Promise<Answer> {
    const began = ++this.happened;
    const answer = await fetch(`http://127.0.0.1:${this.balancerPort}/`, { method: 'POST', body: 'x' }).then(
      async (response) => ({ status: response.status, text: await response.text() }),
      () => ({ status: 0, text: '' }),
    );
    const { term = 0, name = '' } = answer.status === 200 ? (JSON.parse(answer.text) as Partial<Answer>) : {};
    return { began, ended: ++this.happened, status: answer.status, term, name };
  }

  /** Waits until somebody is served by a member that `fits`. */
  async servedBy(what: string, fits: (answer: Answer) => boolean): Promise<Answer> {
    const from = this.answers.length;
    return until(what, () => this.answers.slice(from).find((one) => one.status === 200 && fits(one)));
  }

  /** Who served under which term, in the order in which it happened. */
  get served(): { term: number; name: string }[] {
    return readFileSync(this.log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => ({ term: Number(line.split(' ')[0]), name: line.split(' ')[1]! }));
  }

  async kill(name: string): Promise<void> {
    const { backend, agent } = this.members.find((one) => one.name === name)!;
    const gone = once(backend, 'exit');
    backend.kill('SIGKILL');
    await Promise.all([gone, agent.kill('SIGKILL')]);
  }

  async stopAsking(): Promise<void> {
    this.isAsking = false;
    await this.asking;
  }

  async close(): Promise<void> {
    await this.stopAsking();
    if (this.balancer?.exitCode === null) {
      const gone = once(this.balancer, 'exit');
      this.balancer.kill('SIGTERM'); // its workers end with it
      await gone;
    }
    for (const { backend, agent } of this.members) {
      backend.kill('SIGKILL');
      await agent.kill();
    }
    await this.server.kill();
    dropFolder(this.folder);
  }
}
