import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Api, Cli, kill, ServerProcess, until, dropFolder } from '@conclave/processes';

/** A real agent process, and what it answers. */
export class AgentProcess {
  url = '';
  /** The first of its output. */
  line = '';
  stderr = '';

  private constructor(readonly child: ChildProcess) {
    child.stderr!.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  /** Resolves when it listens, on any free port unless one is named. */
  static async start(
    server: ServerProcess,
    group: string,
    id: string,
    more: string[] = [],
    environment: Record<string, string> = {},
  ): Promise<AgentProcess> {
    const cli = new Cli({ CONCLAVE_URL: server.url, ...environment });
    const listen = more.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
    const agent = new AgentProcess(cli.started('agent', '--group', group, '--id', id, ...listen, ...more));
    for await (const line of createInterface(agent.child.stdout!)) {
      agent.line = line;
      agent.url = /(?:^conclave agent listening on |"url":")(http:[^\s"]+)/.exec(line)?.[1] ?? '';
      break;
    }
    agent.child.stdout!.resume();
    if (agent.url === '') throw new Error(`the agent did not start: ${agent.stderr}`);
    return agent;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async get(path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
    const response = await fetch(this.url + path, { ...init, signal: AbortSignal.timeout(60_000) });
    return { status: response.status, text: await response.text() };
  }

  status = async (path: string, method = 'GET'): Promise<number> => (await this.get(path, { method })).status;

  async leads(): Promise<void> {
    await until('it leads', async () => (await this.status('/is-leader')) === 200);
  }

  kill = async (signal?: NodeJS.Signals): Promise<number | null> => kill(this.child, signal);
}

/** One server and a folder for a spec file; agents of one test are gone before the next. */
export class Agents {
  server!: ServerProcess;
  api!: Api;
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-agents-'));
  private readonly running: AgentProcess[] = [];

  constructor() {
    beforeAll(async () => {
      this.server = await ServerProcess.start();
      this.api = new Api(this.server.url);
    });
    afterEach(async () => {
      for (const agent of this.running.splice(0)) await agent.kill();
    });
    afterAll(async () => {
      await this.server.kill();
      dropFolder(this.folder);
    });
  }

  keep(agent: AgentProcess): AgentProcess {
    this.running.push(agent);
    return agent;
  }
  started = async (group: string, id: string, ...more: string[]): Promise<AgentProcess> =>
    this.keep(await AgentProcess.start(this.server, group, id, more));
  file = (name: string): string => join(this.folder, name);
  /** Why the terms of a group ended. */
  endings = async (group: string): Promise<string[]> =>
    (await this.api.get(`/v1/groups/${group}/history?type=LeadershipEnded`)).body.events.map(
      (event: any) => event.data.cause,
    );
}
