import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Api, Cli, ServerProcess, until, dropFolder } from '@conclave/processes';
import { Authority } from '../credentials/authority.fixture.js';
import { AgentProcess } from './agent.fixture.js';

interface Asked {
  method: string | undefined;
  path: string | undefined;
  token: string | undefined;
  type: string | undefined;
  body: any;
}

/** What Kubernetes would be asked, over TLS, and how it answers. */
class PodApi {
  readonly asked: Asked[] = [];
  /** Of the next answers; 200 when there is none. */
  readonly statuses: number[] = [];
  private constructor(
    private readonly server: Server,
    readonly account: string,
  ) {}

  static async start(folder: string): Promise<PodApi> {
    const authority = await Authority.make(folder, 'cluster');
    writeFileSync(join(folder, 'token'), 'first\n');
    writeFileSync(join(folder, 'ca.crt'), readFileSync(authority.caFile));
    const server = createServer(await authority.server());
    const api = new PodApi(server, folder);
    server.on('request', (request, response) => void api.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return api;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    const body = JSON.parse(await text(request));
    const { authorization, 'content-type': type } = headers;
    this.asked.push({ method, path: url, token: authorization, type, body });
    const status = this.statuses.shift() ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"kind":"Status"}');
  }

  get environment(): Record<string, string> {
    return {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String((this.server.address() as AddressInfo).port),
      POD_NAME: 'web-0',
      POD_NAMESPACE: 'shop',
    };
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'conclave-label-'));
let server: ServerProcess;
let pods: PodApi;
beforeAll(async () => {
  server = await ServerProcess.start();
  pods = await PodApi.start(folder);
});
afterAll(async () => {
  pods.close();
  await server.kill();
  dropFolder(folder);
});
const more = (): string[] => ['--kubernetes-label', 'role=leader', '--kubernetes-account', pods.account];
const labels = (): unknown[] => pods.asked.map(({ body }) => body.metadata.labels.role);

describe('a label on the pod of an agent', () => {
  it('is cleared at the start, there while it leads, gone before anybody else leads', async () => {
    const agent = await AgentProcess.start(server, 'pods', 'a', more(), pods.environment);
    await until('it is set', () => labels().length === 2);
    writeFileSync(join(folder, 'token'), 'renewed\n');
    pods.statuses.push(503); // tried again
    const { body } = await new Api(server.url).put('/v1/groups/pods/runners/a/taints/k', {});
    expect(body.leader.state).toBe('handover');
    await until('the lead is released', async () => {
      return (await new Api(server.url).get('/v1/groups/pods/leader')).body.state === 'leaderless';
    });
    expect(labels()).toEqual([null, 'leader', null, null]);
    expect(pods.asked.map(({ token }) => token)).toEqual([
      'Bearer first',
      'Bearer first',
      'Bearer renewed',
      'Bearer renewed',
    ]);
    for (const { method, path, type } of pods.asked)
      expect({ method, path, type }).toEqual({
        method: 'PATCH',
        path: '/api/v1/namespaces/shop/pods/web-0',
        type: 'application/merge-patch+json',
      });
    expect(Object.keys(pods.asked[1]!.body)).toEqual(['metadata']);
    expect(await agent.kill('SIGTERM')).toBe(0);
  });

  it('that may not be changed stops the agent at its start', async () => {
    pods.statuses.push(403);
    const cli = new Cli({ CONCLAVE_URL: server.url, ...pods.environment });
    expect(await cli.run('agent', '--group', 'none', '--listen', '127.0.0.1:0', ...more())).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('the label of this pod was not changed: 403 {"kind":"Status"}'),
    });
  });
});
