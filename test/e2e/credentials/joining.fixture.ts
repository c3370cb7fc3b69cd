import { afterAll, beforeAll, expect } from '@jest/globals';
import { Runner, type RunnerOptions } from '@conclave/runner-sdk';
import { Api, inc, ServerProcess, type Proxy } from '@conclave/processes';
import { testStore, type TestStore } from '@conclave/testing';
import { bearer, Tokens } from './tokens.fixture.js';

/** Two servers of one log, an admin, and a join token for runners `ci-*` of groups `ci*`. */
export class Joining {
  readonly tokens = new Tokens();
  readonly servers: ServerProcess[] = [];
  private readonly runners: Runner[] = [];
  private store!: TestStore;
  admin = '';
  joinToken = '';
  one!: Api;
  two!: Api;

  constructor() {
    beforeAll(async () => {
      this.store = await testStore('esdb');
      this.admin = await this.tokens.make('root', 'admin');
      this.joinToken = await this.tokens.make('ci', 'join', ['ci*'], ['ci-*']);
      this.one = new Api((await this.start()).url);
      this.two = new Api((await this.start()).url);
      for (const group of ['ci', 'ci2', 'other'])
        await as(this.one, this.admin).put(`/v1/groups/${group}`, {});
    });
    afterAll(async () => {
      await Promise.all(this.runners.map(async (runner) => runner.stop()));
      await Promise.all(this.servers.map(async (server) => server.kill('SIGTERM')));
      await this.store.close();
      this.tokens.remove();
    });
  }

  /** `more`: of its environment. */
  async start(more: Record<string, string> = {}): Promise<ServerProcess> {
    const environment = { ...this.store.environment, CONCLAVE_TOKENS: this.tokens.file, ...more };
    const server = await ServerProcess.start(environment);
    this.servers.push(server);
    return server;
  }

  /** One whose way to the store goes through `way`. */
  async startBehind(way: Proxy, more: Record<string, string> = {}): Promise<ServerProcess> {
    return this.start({ CONCLAVE_STORE: `esdb://127.0.0.1:${way.port}?tls=false`, ...more });
  }
  get storePort(): number {
    return Number(/:(\d+)/.exec(this.store.environment.CONCLAVE_STORE!)![1]);
  }

  /** Registers with the join token. */
  async joined(runner: string, group = 'ci', life = 1): Promise<string> {
    const process = { incarnation: inc(runner, life), ready: true };
    const { status, body } = await as(this.one, this.joinToken).put(pathOf(runner, group), process);
    expect([200, 201]).toContain(status);
    expect(body.credential.split('.')).toHaveLength(3);
    return body.credential as string;
  }

  sdk(options: Partial<RunnerOptions> & { group: string; id: string }) {
    const runner = new Runner({ url: this.one.url, signals: [], ...options });
    const problems: string[] = [];
    runner.on('problem', ({ message }) => problems.push(message));
    this.runners.push(runner);
    return { runner, problems };
  }
}

export const pathOf = (runner: string, group = 'ci'): string => `/v1/groups/${group}/runners/${runner}`;
export const as = (api: Api, token: string) => ({
  get: async (path: string) => api.get(path, bearer(token)),
  put: async (path: string, body: object) => api.put(path, body, bearer(token)),
  post: async (path: string, body: object) => api.post(path, body, bearer(token)),
  delete: async (path: string) => api.delete(path, bearer(token)),
});
