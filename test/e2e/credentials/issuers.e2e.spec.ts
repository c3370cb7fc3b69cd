import { describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { exportSPKI, SignJWT } from 'jose';
import { inc } from '@conclave/processes';
import { makeKey, signToken } from './issuer.fixture.js';
import { bearer } from './tokens.fixture.js';
import { CLUSTER, PERSON, Trusting } from './trusting.fixture.js';

describe('tokens of others', () => {
  const they = new Trusting();

  it('OIDC discovery: the name is the claim that the rule names, how it was proved stands beside it', async () => {
    const { status, body } = await they.configure(await they.person());
    expect(status).toBe(201);
    expect(body.events[0].meta).toMatchObject({
      actor: 'operator:ana',
      auth: { kind: 'jwt', subject: 'ana', issuer: they.oidc.url },
    });
    expect(they.oidc.asked).toEqual(['/.well-known/openid-configuration', '/jwks']);
    for (let n = 0; n < 3; n++)
      expect((await they.configure(await they.person({ jti: String(n) }))).status).toBe(200);
    expect(they.oidc.asked).toHaveLength(2);
  });

  it('keys by URL, and what the token says filled into the patterns', async () => {
    expect((await they.register(await they.job(), 'web', 'gh-77')).status).toBe(201);
    expect((await they.register(await they.job(), 'web', 'gh-78')).status).toBe(403);
    expect((await they.register(await they.job(), 'other', 'gh-77')).status).toBe(403);
    expect(
      (await they.register(await they.job({ repository: 'acme-evil/app' }), 'web', 'gh-77')).status,
    ).toBe(403);
    expect((await they.register(await they.job({ environment: 'staging' }), 'web', 'gh-77')).status).toBe(
      403,
    );
    // a claim that is a list fits if one of it does
    const either = await they.job({ environment: ['staging', 'production'] });
    expect((await they.register(either, 'web', 'gh-77')).status).toBe(200);
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
    const token = await they.job({ project, run_id });
    for (const group of ['web', 'any'])
      for (const runner of ['gh-77', 'gh-7', 'gh-x'])
        expect(await they.register(token, group, runner)).toMatchObject({
          status: 403,
          body: { code: 'forbidden' },
        });
  });

  it("a pod's service account token, keys in a file, the claim of Kubernetes", async () => {
    const { status } = await they.register(await they.pod('worker-0'), 'ci', 'worker-0');
    expect(status).toBe(201);
    const beat = { incarnation: inc('worker-0'), sequence: 1 };
    const path = '/v1/groups/ci/runners/worker-0/heartbeat';
    expect((await they.api.post(path, beat, bearer(await they.pod('worker-0')))).status).toBe(200);
    expect((await they.api.post(path, beat, bearer(await they.pod('worker-1')))).status).toBe(403);
    expect((await they.register(await they.pod('worker-0', 'default'), 'ci', 'worker-0')).status).toBe(403);
    const auditor = bearer(await they.person({ sub: 'eve', team: ['x', 'core'] }));
    const { body } = await they.api.get('/v1/groups/ci/history', auditor);
    expect(body.events[0].meta).toMatchObject({
      actor: 'runner:worker-0',
      auth: { kind: 'jwt', subject: 'system:serviceaccount:ci:runner', issuer: CLUSTER },
    });
  });

  it('refuses a token that is not for us, not now, not of the issuer, or changed', async () => {
    const s = Math.floor(Date.now() / 1_000);
    await they.refused(await they.person({ aud: 'another' }), /aud/);
    await they.refused(await they.person({ aud: undefined }), /aud/);
    await they.refused(await they.person({ exp: s - 25 }), /exp/);
    await they.refused(await they.person({ nbf: s + 60 }), /nbf/);
    await they.refused(await they.person({ exp: undefined }), /exp/);
    await they.refused(await they.person({ sub: undefined }), /sub/);
    await they.refused(await they.person({ sub: 7 }), /sub/);
    await they.refused(await they.person({ sub: 'ana'.repeat(200) }), /sub/);
    await they.refused(await they.person({ sub: 'ana\ud83d' }), /"sub" is no Unicode text/); // half of a pair
    await they.refused(await they.person({ profile: {} }), /profile\/login/);
    await they.refused(await signToken(they.key, 'https://nobody.example', PERSON), /nobody\.example/);
    await they.refused(await they.person({}, { ...(await makeKey('k1')), kid: 'k1' }), /signature/);
    await they.refused(await they.pod('worker-0', 'ci', they.key), /key/);
    // within the skew both count
    expect((await they.configure(await they.person({ exp: s - 5 }))).status).toBe(200);
    expect((await they.configure(await they.person({ nbf: s + 10 }))).status).toBe(200);
    const [head, payload, signature] = (await they.person()).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'ana-2' })).toString('base64url');
    await they.refused(`${head}.${other}.${signature}`, /signature/);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await they.refused(`${none}.${payload}.`, /alg/i);
    await they.refused(`${none}.${payload}.${signature}`, /alg/i);
    for (const junk of ['x', 'a.b.c', `${head}.${payload}`])
      await they.refused(junk, /neither one of Conclave nor a JWT|does not count/);
  });

  it('a public key is no shared secret', async () => {
    for (const secret of [
      await exportSPKI(they.key.publicKey),
      JSON.stringify(they.key.jwk),
      they.key.jwk.x!,
    ]) {
      const forged = await new SignJWT({ iss: they.oidc.url, aud: 'conclave', sub: 'ana', ...PERSON })
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .setExpirationTime('5m')
        .sign(new TextEncoder().encode(secret));
      await they.refused(forged, /alg/i);
    }
  });

  it('who may read events of some groups is told who leads the others on the same watch', async () => {
    const both = await they.person({ team: 'apps' });
    await they.configure(both);
    await they.register(await they.job(), 'web', 'gh-77');
    const watch = await they.api.stream('/v1/watch?events=true', bearer(both));
    await watch.next('all is told', ({ event }) => event === 'synced');
    await they.register(await they.job({ run_id: '79' }), 'web', 'gh-79');
    await they.configure(both);
    await watch.next('what is allowed', ({ event }) => event === 'event');
    const heard = watch.events.map(({ event, data }) => `${event} ${data.group}`);
    expect(heard).toEqual(expect.arrayContaining(['leader ops', 'leader web', 'event ops']));
    expect(heard).not.toContain('event web');
    expect((await they.api.get('/v1/groups/web/watch?events=true', bearer(both))).status).toBe(403);
    watch.cut();
  });

  it('who may see fewer groups from now on is told so of each that he saw: silence would say that nothing happens there', async () => {
    const ana = await they.person({ team: 'apps' }); // sees all, and operates ops
    await they.configure(ana);
    await they.register(await they.job(), 'web', 'gh-77');
    const watch = await they.api.stream('/v1/watch', bearer(ana));
    await watch.next('all is told', ({ event }) => event === 'synced');
    const rules = readFileSync(they.rules, 'utf8');
    writeFileSync(they.rules, rules.replace('team: apps', 'team: none'));
    const { data } = await watch.next('that it is hidden', ({ event }) => event === 'unreadable');
    expect(data).toEqual({ group: 'web', detail: 'what you showed is not for group "web" any more.' });
    await they.configure(ana, 'ops');
    writeFileSync(they.rules, rules);
    const hidden = watch.events.filter(({ event }) => event === 'unreadable');
    expect(hidden.map((one) => one.data.group)).not.toContain('ops');
    watch.cut();
  });

  it('who is known but granted nothing gets 403, and is told that it is that', async () => {
    const detail = expect.stringMatching(/nothing is granted .* no rule of CONCLAVE_ACCESS fits/);
    for (const token of [await they.person({ sub: 'bob' }), await they.person({ sub: 'an' })]) {
      const refused = { status: 403, body: { code: 'forbidden', detail } };
      expect(await they.configure(token)).toMatchObject(refused);
      expect(await they.api.get('/v1/whoami', bearer(token))).toMatchObject(refused);
    }
    const other = await they.configure(await they.person(), 'other');
    expect(other).toMatchObject({ status: 403, body: { detail: expect.not.stringContaining('nothing') } });
  });
});
