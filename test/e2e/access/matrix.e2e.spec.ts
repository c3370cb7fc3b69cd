import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

type Method = 'get' | 'put' | 'post' | 'delete';
interface Operation {
  operationId: string;
  tags: string[];
}
const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Partial<Record<Method, Operation>>>;
};
const ROUTES = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, tags }]) => ({
    path,
    method,
    operationId,
    tag: tags[0]!,
  })),
);

/** docs/access.md, in this test's own words: which tags each role may call. */
const SERVES: Record<string, string[]> = {
  join: [],
  runner: ['runners', 'consumers'],
  consumer: ['consumers'],
  auditor: ['consumers', 'auditors'],
  operator: ['consumers', 'auditors', 'operators'],
  admin: ['consumers', 'auditors', 'operators', 'admins'],
};
const MORE: Record<string, string[]> = {
  registerRunner: ['join'],
  getCaller: ['join'],
  resignLead: ['operator', 'admin'],
  deregisterRunner: ['operator', 'admin'],
};
/** What is asked of no single group: of all, or of those that the credential may see. */
const OF_ALL = new Set([
  'getLog',
  'acceptLog',
  'rotateKey',
  'revokeKey',
  'getBackup',
  'getFigures',
  'listWebhooks',
  'listDeadNotices',
  'testWebhook',
  'redeliverNotice',
]);

describe('authorisation: every route × every role × own and foreign group × every kind of credential', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-access-'));
  const file = join(folder, 'tokens.json');
  const cli = new Cli();
  const held = new Map<string, string>();
  let server: ServerProcess;
  let before: number;

  async function make(name: string, role: string, ...more: string[]): Promise<string> {
    const args = ['token', 'create', '--file', file, '--name', name, '--role', role, '--json', ...more];
    const { code, stdout, stderr } = await cli.run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return (JSON.parse(stdout) as { token: string }).token;
  }

  beforeAll(async () => {
    for (const role of Object.keys(SERVES)) {
      const runner = role === 'runner' ? ['--runner', 'a'] : [];
      held.set(role, await make(role, role, '--group', 'own', ...runner));
    }
    held.set('root', await make('root', 'admin'));
    held.set('everywhere', await make('everywhere', 'runner'));
    held.set('expired', await make('late', 'admin', '--expires', '1ms'));
    held.set('revoked', await make('gone', 'admin'));
    expect((await cli.run('token', 'revoke', '--file', file, 'gone')).code).toBe(0);
    server = await ServerProcess.start({ CONCLAVE_TOKENS: file });
    for (const group of ['own', 'foreign']) {
      const leaseMs = 600_000; // its runner never beats, for as long as all of this takes
      await ask('put', `/v1/groups/${group}`, held.get('root'), { leaseMs });
      const runner = { incarnation: inc('a'), ready: true };
      await ask('put', `/v1/groups/${group}/runners/a`, held.get('everywhere'), runner);
    }
    before = await events();
  });
  afterAll(async () => {
    await server?.kill('SIGTERM');
    dropFolder(folder);
  });

  async function ask(method: string, path: string, token?: string, body?: object) {
    const stop = new AbortController();
    const response = await fetch(server.url + path, {
      method: method.toUpperCase(),
      signal: stop.signal,
      headers: {
        'content-type': 'application/json',
        'x-conclave-actor': 'forged',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const isProblem = response.headers.get('content-type')?.includes('problem+json');
    const code = isProblem ? ((await response.json()) as { code: string }).code : null;
    stop.abort();
    return { status: response.status, code, authenticate: response.headers.get('www-authenticate') };
  }
  const events = async (): Promise<number> => {
    const api = new Api(server.url);
    const { body } = await api.get('/v1/head', { authorization: `Bearer ${held.get('root')}` });
    return (body as { events: number }).events;
  };

  const pathOf = (path: string, group: string): string =>
    path
      .replace('{g}', group)
      .replace('{r}', 'a')
      .replace('{key}', 'k')
      .replace('{kid}', 'k')
      .replace('{term}', '1')
      .replace(/\{\w+\}/g, 'x');

  it.each(ROUTES)('$operationId ($method $path)', async ({ path, method, operationId, tag }) => {
    const isOpen = tag === 'operations';
    const isOfGroup = path.includes('{g}');
    const asked = async (token: string | undefined, group = 'own') => ask(method, pathOf(path, group), token);
    const shown = (answer: Awaited<ReturnType<typeof ask>>) =>
      ['unauthenticated', 'forbidden'].includes(answer.code ?? '') ? answer.code : 'let in';

    const forged = `cnc_${held.get('root')!.split('_')[1]}_${'A'.repeat(43)}`;
    const unsigned =
      `${btoa('{"alg":"none"}')}.${btoa('{"iss":"x","sub":"root","exp":9999999999}')}.`.replaceAll('=', '');
    for (const token of [undefined, forged, unsigned, held.get('expired'), held.get('revoked')]) {
      const answer = await asked(token);
      expect({ token, shown: shown(answer) }).toEqual({
        token,
        shown: isOpen ? 'let in' : 'unauthenticated',
      });
      if (!isOpen) expect(answer).toMatchObject({ status: 401, authenticate: 'Bearer realm="conclave"' });
    }
    for (const role of Object.keys(SERVES))
      for (const group of isOfGroup ? ['own', 'foreign'] : ['own']) {
        const serves = SERVES[role]!.includes(tag) || MORE[operationId]?.includes(role);
        const mayIn = isOfGroup ? group === 'own' : !OF_ALL.has(operationId);
        const expected = isOpen || (serves && mayIn) ? 'let in' : 'forbidden';
        // a runner removes itself, and says which process it is; without that it is an operator's order
        const itself =
          operationId === 'deregisterRunner' && role === 'runner' ? `?incarnation=${inc('z')}` : '';
        const answer = await ask(method, pathOf(path, group) + itself, held.get(role));
        expect({ role, group, shown: shown(answer) }).toEqual({ role, group, shown: expected });
        if (expected === 'forbidden') expect(answer.status).toBe(403);
      }
  });

  it('nothing of all that has left an event, but what the table lets in', async () => {
    // bodies were empty, so that only what needs none can have changed anything: all of it by its own name
    const { body } = await new Api(server.url).get('/v1/groups/own/history?limit=1000', {
      authorization: `Bearer ${held.get('auditor')}`,
    });
    const told = JSON.stringify(body);
    expect(told).not.toContain('forged');
    expect(told).not.toContain('claimed:');
    expect(await events()).toBeGreaterThanOrEqual(before);
    const foreign = await new Api(server.url).get('/v1/groups/foreign', {
      authorization: `Bearer ${held.get('root')}`,
    });
    expect(foreign.body.runners).toEqual({ active: 1, pending: 0, silent: 0 });
  });

  it('the actor is the name of the credential, how it was proved stands beside it, and a revocation counts at once', async () => {
    const api = new Api(server.url);
    const runner = { incarnation: inc('a', 2), ready: true }; // the operator of the matrix has removed it
    await ask('put', '/v1/groups/own/runners/a', held.get('everywhere'), runner);
    const token = await make('bea@acme', 'operator', '--group', 'own');
    const shown = { authorization: `Bearer ${token}`, 'x-conclave-actor': 'ana' };
    const taint = async () =>
      api.put('/v1/groups/own/runners/a/taints/k', { reason: String(Math.random()) }, shown);
    const { body } = await taint();
    const [event] = body.events;
    expect(event.meta).toMatchObject({
      actor: 'operator:bea@acme',
      auth: { kind: 'token', subject: token.split('_')[1], issuer: null },
    });
    expect(
      (await cli.run('token', 'revoke', '--file', file, token.split('_').slice(0, 2).join('_'))).code,
    ).toBe(0);
    await until('the token is refused', async () => (await taint()).status === 401, 2_000);
  });

  it('lists show no group that the credential is not for', async () => {
    const api = new Api(server.url);
    const as = (role: string) => ({ authorization: `Bearer ${held.get(role)}` });
    const ids = async (path: string, role: string) =>
      ((await api.get(path, as(role))).body.groups as { group: string }[]).map(({ group }) => group);
    expect(await ids('/v1/groups', 'consumer')).toEqual(['own']);
    expect(await ids('/v1/groups', 'root')).toEqual(['foreign', 'own']);
    for (const path of ['/v1/tenures', '/v1/verify', `/v1/at?time=${new Date().toISOString()}`])
      expect(await ids(path, 'auditor')).toEqual(['own']);
    const watch = await api.stream('/v1/watch', as('consumer'));
    await watch.next('all is told', ({ event }) => event === 'synced');
    expect(watch.events.filter(({ event }) => event === 'leader').map(({ data }) => data.group)).toEqual([
      'own',
    ]);
    watch.cut();
  });
});
