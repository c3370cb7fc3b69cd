import { describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { until } from '@conclave/processes';
import { makeKey } from './issuer.fixture.js';
import { bearer } from './tokens.fixture.js';
import { Trusting } from './trusting.fixture.js';

describe('issuers whose keys, rules and addresses change', () => {
  const they = new Trusting();

  it('keys that the issuer has renewed are found, and those in a file; the old ones count no more', async () => {
    const next = await makeKey('k2');
    they.oidc.keys = [next];
    await until(
      'the new key is found',
      async () => (await they.configure(await they.person({}, next))).status === 200,
    );
    await they.refused(await they.person({ jti: 'old' }), /key/);
    they.oidc.keys = [they.key, next];
    await until(
      'the old one is back',
      async () => (await they.configure(await they.person())).status === 200,
    );

    const inFile = await makeKey('c2', 'EdDSA');
    they.saveKeys(inFile);
    const isTaken = async () =>
      (await they.register(await they.pod('w', 'ci', inFile), 'ci', 'w')).status < 300;
    await until('the file is read again', isTaken);
    expect((await they.register(await they.pod('v'), 'ci', 'v')).status).toBe(401);
    writeFileSync(they.clusterKeys, '{"keys":');
    await until(
      'it is said that it is broken',
      async () => (await isTaken()) && they.told(they.clusterKeys) === 1,
    );
    expect(await isTaken()).toBe(true);
    they.saveKeys(they.inCluster);
    await until(
      'it is whole again',
      async () => (await they.register(await they.pod('w'), 'ci', 'w')).status < 300,
    );
    expect(they.told(they.clusterKeys)).toBe(1);
  });

  it('the rules are read again when they change; broken ones leave the old in force, said once per change', async () => {
    const group = async (name: string) => (await they.configure(await they.person(), name)).status;
    writeFileSync(they.rules, they.yamlWith('ops, more'));
    expect(await group('more')).toBe(201); // at once
    for (const [n, broken] of ['issuers: [', 'issuers: [{issuer: 7}]', 'nonsense: 1'].entries()) {
      writeFileSync(they.rules, broken);
      await until('it is said, though nobody asks', () => they.told(they.rules) === n + 1);
      expect(await group('more')).toBe(200);
    }
    rmSync(they.rules);
    await until('it is said', async () => (await group('more')) === 200 && they.told(they.rules) === 4);
    writeFileSync(they.rules, they.yamlWith('ops'));
    await until('less is granted', async () => (await group('more')) === 403);
    expect(await group('ops')).toBe(200);
    expect(they.told(they.rules)).toBe(4);
    for (const line of they.server.stderr.split('\n').filter((one) => one.includes(they.rules)))
      expect(JSON.parse(line)).toMatchObject({
        msg: expect.stringMatching(/^.+; what it said before stays/),
      });
  });

  it('an issuer that is down: its keys stay known when the rules change, streams end with their tokens', async () => {
    expect((await they.configure(await they.person())).status).toBeLessThan(300);
    await they.oidc.stop();
    writeFileSync(they.rules, they.yamlWith('ops, kept'));
    await until(
      'the rules are read again',
      async () => (await they.configure(await they.person({ jti: 'new' }), 'kept')).status === 201,
    );
    const leftS = 3; // of what the rule allows clocks to differ
    const exp = Math.floor(Date.now() / 1_000) - 20 + leftS;
    const headers = bearer(await they.person({ exp, team: 'core' }));
    const watch = await fetch(`${they.server.url}/v1/watch?events=true`, { headers });
    expect(watch.status).toBe(200);
    const endMs = Date.now() + 15_000;
    for await (const _ of watch.body!) expect(Date.now()).toBeLessThan(endMs);
    await they.oidc.start();
  });

  it('an issuer that is down: 503 for keys that nobody knows, and what was checked within 10 s goes on', async () => {
    await they.oidc.stop();
    const unknownKey = { ...they.key, kid: 'nobody-knows' };
    const fresh = await until('it is asked for the key', async () => {
      const answer = await they.configure(await they.person({ jti: 'fresh' }, unknownKey));
      return answer.status === 503 ? answer : null;
    });
    expect(fresh.body).toMatchObject({
      code: 'issuer-unavailable',
      detail: expect.stringContaining(they.oidc.url),
    });
    expect(Number(fresh.headers.get('retry-after'))).toBeGreaterThan(0);
    await they.oidc.start();
    const checked = await they.person({ jti: 'checked' });
    await until('the issuer is found again', async () => (await they.configure(checked)).status === 200);
    const checkedMs = performance.now();
    await they.oidc.stop();
    const unknown = await they.person({}, { ...they.key, kid: 'not-yet-known' });
    await until('keys cannot be had', async () => (await they.configure(unknown)).status === 503);
    expect((await they.configure(checked)).status).toBe(200);
    // a person whose token was checked is not asked to show it to an issuer that is not there
    expect(performance.now() - checkedMs).toBeLessThan(10_000);
  });
});
