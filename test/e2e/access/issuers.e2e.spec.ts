import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportSPKI, SignJWT } from 'jose';
import { Api, inc, ServerProcess, until } from '@conclave/testing';
import { Issuer, makeKey, signToken, type SignerKey } from './issuer.fixture.js';

const CLUSTER = 'https://kubernetes.default.svc';
const BY_URL = 'https://ci.example';

describe('tokens of others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-issuers-'));
  const rules = join(folder, 'access.yaml');
  const clusterKeys = join(folder, 'cluster-jwks.json');
  const oidc = new Issuer();
  let server: ServerProcess;
  let api: Api;
  let key: SignerKey;
  let inCluster: SignerKey;

  const yamlWith = (operators: string): string => `
issuers:
  - issuer: ${oidc.url}
    audience: conclave
    clockSkewMs: 2000
    name: /profile/login
    grants:
      - when: { sub: ana* }
        role: operator
        groups: [${operators}]
      - when: { team: core }
        role: auditor
        groups: ["*"]
  - issuer: ${BY_URL}
    audience: conclave
    keys: ${oidc.url}/jwks
    grants:
      - when: { repository: acme/*, environment: production }
        role: runner
        groups: ["\${project}"]
        runners: ["gh-\${run_id}"]
  - issuer: ${CLUSTER}
    audience: conclave
    keys: ${clusterKeys}
    name: /kubernetes.io/pod/name
    grants:
      - when: { /kubernetes.io/namespace: ci }
        role: runner
        groups: [ci]
        runners: ["\${/kubernetes.io/pod/name}"]
`;
  const PERSON = { profile: { login: 'ana' } };
  const person = async (claims: object = {}, by = key) => signToken(by, oidc.url, { ...PERSON, ...claims });
  const job = async (claims: object = {}) =>
    signToken(key, BY_URL, {
      sub: 'repo:acme/app:production',
      repository: 'acme/app',
      environment: 'production',
      project: 'web',
      run_id: '77',
      ...claims,
    });
  const pod = async (name: string, namespace = 'ci', by = inCluster) =>
    signToken(by, CLUSTER, {
      sub: `system:serviceaccount:${namespace}:runner`,
      aud: ['conclave'],
      'kubernetes.io': { namespace, pod: { name, uid: '1' } },
    });

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const configure = async (token: string, group = 'ops') =>
    api.put(`/v1/groups/${group}`, { drainMs: Math.floor(Math.random() * 1e6) }, bearer(token));
  const register = async (token: string, group: string, runner: string) =>
    api.put(`/v1/groups/${group}/runners/${runner}`, { incarnation: inc(runner) }, bearer(token));
  async function refused(token: string, why: RegExp): Promise<void> {
    const { status, body, headers } = await configure(token);
    expect({ status, code: body.code, detail: body.detail, token }).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      detail: expect.stringMatching(why),
    });
    expect(headers.get('www-authenticate')).toBe('Bearer realm="conclave"');
  }
  const saveKeys = (...keys: SignerKey[]) =>
    writeFileSync(clusterKeys, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  const told = (text: string) => server.stderr.split('\n').filter((line) => line.includes(text)).length;

  beforeAll(async () => {
    await oidc.start();
    [key, inCluster] = [await makeKey('k1'), await makeKey('c1', 'RS256')];
    oidc.keys = [key];
    saveKeys(inCluster);
    writeFileSync(rules, yamlWith('ops'));
    server = await ServerProcess.start({ CONCLAVE_ACCESS: rules });
    api = new Api(server.url);
  });
  afterAll(async () => {
    await server?.kill('SIGTERM');
    await oidc.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('OIDC discovery: the name is the claim that the rule names, how it was proved stands beside it', async () => {
    const { status, body } = await configure(await person());
    expect(status).toBe(201);
    expect(body.events[0].meta).toMatchObject({
      actor: 'operator:ana',
      auth: { kind: 'jwt', subject: 'ana', issuer: oidc.url },
    });
    expect(oidc.asked).toEqual(['/.well-known/openid-configuration', '/jwks']);
    for (let n = 0; n < 3; n++) expect((await configure(await person({ jti: String(n) }))).status).toBe(200);
    expect(oidc.asked).toHaveLength(2);
  });

  it('keys by URL, and what the token says filled into the patterns', async () => {
    expect((await register(await job(), 'web', 'gh-77')).status).toBe(201);
    expect((await register(await job(), 'web', 'gh-78')).status).toBe(403);
    expect((await register(await job(), 'other', 'gh-77')).status).toBe(403);
    expect((await register(await job({ repository: 'acme-evil/app' }), 'web', 'gh-77')).status).toBe(403);
    expect((await register(await job({ environment: 'staging' }), 'web', 'gh-77')).status).toBe(403);
    // a claim that is a list fits if one of it does
    const either = await job({ environment: ['staging', 'production'] });
    expect((await register(either, 'web', 'gh-77')).status).toBe(200);
  });

  it.each([
    ['*', '77'],
    ['we*', '77'],
    ['web/x', '77'],
    ['', '77'],
    ['web', '*'],
    ['web', '7*'],
    ['web', '7/7'],
    ['web', ['77', '78']],
    ['web', 77],
    ['web', undefined],
  ])('a claim that is no plain id becomes no pattern: group %j, run %j', async (project, run_id) => {
    const token = await job({ project, run_id });
    for (const group of ['web', 'any'])
      for (const runner of ['gh-77', 'gh-7', 'gh-x'])
        expect(await register(token, group, runner)).toMatchObject({
          status: 403,
          body: { code: 'forbidden' },
        });
  });

  it("a pod's service account token, keys in a file, the claim of Kubernetes", async () => {
    const { status } = await register(await pod('worker-0'), 'ci', 'worker-0');
    expect(status).toBe(201);
    const beat = { incarnation: inc('worker-0'), sequence: 1 };
    const path = '/v1/groups/ci/runners/worker-0/heartbeat';
    expect((await api.post(path, beat, bearer(await pod('worker-0')))).status).toBe(200);
    expect((await api.post(path, beat, bearer(await pod('worker-1')))).status).toBe(403);
    expect((await register(await pod('worker-0', 'default'), 'ci', 'worker-0')).status).toBe(403);
    const auditor = bearer(await person({ sub: 'eve', team: ['x', 'core'] }));
    const { body } = await api.get('/v1/groups/ci/history', auditor);
    expect(body.events[0].meta).toMatchObject({
      actor: 'runner:worker-0',
      auth: { kind: 'jwt', subject: 'system:serviceaccount:ci:runner', issuer: CLUSTER },
    });
  });

  it('refuses a token that is not for us, not now, not of the issuer, or changed', async () => {
    const s = Math.floor(Date.now() / 1_000);
    await refused(await person({ aud: 'another' }), /aud/);
    await refused(await person({ aud: undefined }), /aud/);
    await refused(await person({ exp: s - 5 }), /exp/);
    await refused(await person({ nbf: s + 10 }), /nbf/);
    await refused(await person({ exp: undefined }), /exp/);
    await refused(await person({ sub: undefined }), /sub/);
    await refused(await person({ sub: 7 }), /sub/);
    await refused(await person({ sub: 'ana'.repeat(200) }), /sub/);
    await refused(await person({ profile: {} }), /profile\/login/);
    await refused(await signToken(key, 'https://nobody.example', PERSON), /nobody\.example/);
    await refused(await person({}, { ...(await makeKey('k1')), kid: 'k1' }), /signature/);
    await refused(await pod('worker-0', 'ci', key), /key/);
    // within the skew both count
    expect((await configure(await person({ exp: s - 1 }))).status).toBe(200);
    expect((await configure(await person({ nbf: s + 1 }))).status).toBe(200);
    const [head, payload, signature] = (await person()).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'ana-2' })).toString('base64url');
    await refused(`${head}.${other}.${signature}`, /signature/);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await refused(`${none}.${payload}.`, /alg/i);
    await refused(`${none}.${payload}.${signature}`, /alg/i);
    for (const junk of ['x', 'a.b.c', `${head}.${payload}`])
      await refused(junk, /neither one of Conclave nor a JWT|does not count/);
  });

  it('a public key is no shared secret', async () => {
    for (const secret of [await exportSPKI(key.publicKey), JSON.stringify(key.jwk), key.jwk.x!]) {
      const forged = await new SignJWT({ iss: oidc.url, aud: 'conclave', sub: 'ana', ...PERSON })
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .setExpirationTime('5m')
        .sign(new TextEncoder().encode(secret));
      await refused(forged, /alg/i);
    }
  });

  it('who is known but granted nothing gets 403', async () => {
    for (const token of [await person({ sub: 'bob' }), await person({ sub: 'an' })])
      expect(await configure(token)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await configure(await person(), 'other')).status).toBe(403);
  });

  it('keys that the issuer has renewed are found, and those in a file; the old ones count no more', async () => {
    const next = await makeKey('k2');
    oidc.keys = [next];
    await until('the new key is found', async () => (await configure(await person({}, next))).status === 200);
    await refused(await person({ jti: 'old' }), /key/);
    oidc.keys = [key, next];
    await until('the old one is back', async () => (await configure(await person())).status === 200);

    const inFile = await makeKey('c2', 'EdDSA');
    saveKeys(inFile);
    const isTaken = async () => (await register(await pod('w', 'ci', inFile), 'ci', 'w')).status < 300;
    await until('the file is read again', isTaken);
    expect((await register(await pod('v'), 'ci', 'v')).status).toBe(401);
    writeFileSync(clusterKeys, '{"keys":');
    await until('it is said that it is broken', async () => (await isTaken()) && told(clusterKeys) === 1);
    expect(await isTaken()).toBe(true);
    saveKeys(inCluster);
    await until('it is whole again', async () => (await register(await pod('w'), 'ci', 'w')).status < 300);
    expect(told(clusterKeys)).toBe(1);
  });

  it('the rules are read again when they change; broken ones leave the old in force, said once per change', async () => {
    const group = async (name: string) => (await configure(await person(), name)).status;
    writeFileSync(rules, yamlWith('ops, more'));
    await until('more is granted', async () => (await group('more')) === 201);
    for (const [n, broken] of ['issuers: [', 'issuers: [{issuer: 7}]', 'nonsense: 1'].entries()) {
      writeFileSync(rules, broken);
      await until('it is said', async () => (await group('more')) === 200 && told(rules) === n + 1);
    }
    rmSync(rules);
    await until('it is said', async () => (await group('more')) === 200 && told(rules) === 4);
    writeFileSync(rules, yamlWith('ops'));
    await until('less is granted', async () => (await group('more')) === 403);
    expect(await group('ops')).toBe(200);
    expect(told(rules)).toBe(4);
    for (const line of server.stderr.split('\n').filter((one) => one.includes(rules)))
      expect(JSON.parse(line)).toMatchObject({
        msg: expect.stringMatching(/^.+; what it said before stays/),
      });
  });

  it('an issuer that is down: 503, and what was checked within 10 s goes on', async () => {
    await oidc.stop();
    writeFileSync(rules, `${yamlWith('ops')}\n# forgets where the keys are\n`);
    const fresh = await until('the rules are read again', async () => {
      const answer = await configure(await person({ jti: 'fresh' }));
      return answer.status === 503 ? answer : null;
    });
    expect(fresh.body).toMatchObject({
      code: 'issuer-unavailable',
      detail: expect.stringContaining(oidc.url),
    });
    expect(Number(fresh.headers.get('retry-after'))).toBeGreaterThan(0);
    await oidc.start();
    const checked = await person({ jti: 'checked' });
    await until('the issuer is found again', async () => (await configure(checked)).status === 200);
    const checkedMs = performance.now();
    await oidc.stop();
    const unknown = await person({}, { ...key, kid: 'not-yet-known' });
    await until('keys cannot be had', async () => (await configure(unknown)).status === 503);
    expect((await configure(checked)).status).toBe(200);
    // a person whose token was checked is not asked to show it to an issuer that is not there
    expect(performance.now() - checkedMs).toBeLessThan(10_000);
  });
});
