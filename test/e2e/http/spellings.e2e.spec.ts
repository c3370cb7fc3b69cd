import { describe, expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { Served } from './served.fixture.js';

describe('what addresses and bodies say', () => {
  const served = new Served('sqlite');

  it('numbers in addresses are digits', async () => {
    await served.api.put('/v1/groups/n', {});
    await served.api.put('/v1/groups/n/runners/a', { incarnation: inc('a'), ready: true });
    const odd = [
      '0x1',
      '1e2',
      ' 1',
      '%201',
      '%2B1',
      '+1',
      '1.0',
      '',
      '-1',
      'NaN',
      '1_0',
      '9'.repeat(20),
      '１',
    ];
    for (const text of odd)
      for (const path of [
        '/v1/groups?limit=',
        '/v1/groups/n/leader?afterTerm=',
        '/v1/groups/n/fence?runner=a&term=',
      ]) {
        const { status, body } = await served.api.get(path + text);
        expect({ path, text, status, code: body.code }).toMatchObject({
          status: 400,
          code: 'invalid-request',
        });
      }
    for (const text of ['0x1', '1e0', '%201', '1.0'])
      expect((await served.api.get(`/v1/groups/n/elections/${text}`)).status).toBe(400);
    expect((await served.api.get('/v1/groups/n/elections/1')).status).toBe(200);
    expect((await served.api.get('/v1/groups?limit=01')).status).toBe(200);
    expect((await served.api.get('/v1/groups?limit=1&limit=1')).status).toBe(400);
  });

  it('names that JavaScript has work as any other, or are refused', async () => {
    const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'prototype'];
    const labels = Object.fromEntries(names.map((name) => [name, name]));
    for (const name of names) {
      const runner = { incarnation: inc('a'), ready: true, labels };
      await served.api.put(`/v1/groups/${name}/runners/${name}`, runner);
      await served.api.put(`/v1/groups/${name}/runners/${name}/taints/${name}`, { effect: 'PreferNoLead' });
      const { body } = await served.api.get(`/v1/groups/${name}`);
      expect(body).toMatchObject({ group: name, leader: { runner: name, labels } });
      const { runners } = (await served.api.get(`/v1/groups/${name}/runners`)).body;
      expect(runners).toMatchObject([{ labels, taints: [{ key: name }] }]);
      expect((await served.api.get(`/v1/groups?${name}=1`)).body.detail).toContain(
        `Unrecognized key: "${name}"`,
      );
    }
    for (const text of [
      '{"labels":{"__proto__":"x"}}',
      '{"__proto__":{}}',
      '{"constructor":{"prototype":{}}}',
      '{"\\u005f_proto__":{}}',
      '{"labels":{"\\u005f\\u005fproto\\u005f_":"x"}}',
      '{"c\\u006fnstructor":{"prototype":{}}}',
    ]) {
      const { status, body } = await served.api.put('/v1/groups/p/runners/a', text);
      const detail = 'the body names something "__proto__" or "constructor", which no field is called.';
      expect({ text, status, detail: body.detail }).toEqual({ text, status: 400, detail });
    }
    expect((await served.api.put('/v1/groups/__proto__', {})).status).toBe(400);
    expect((await served.api.get('/v1/groups?__proto__=1')).status).toBe(400);
  });

  it('an end that is beyond all years is none, and the group lives on', async () => {
    const url = '/v1/groups/far/runners/';
    await served.api.put(`${url}a`, { incarnation: inc('a'), ready: true });
    await served.api.put(`${url}b`, { incarnation: inc('b') }); // has never served: away since then
    const until = { runnerGone: 'b', silentMs: Number.MAX_SAFE_INTEGER };
    expect(await served.api.put(`${url}a/taints/k`, { until })).toMatchObject({ status: 201 });
    expect(await served.api.put(`${url}b`, { incarnation: inc('c'), ready: true })).toMatchObject({
      status: 200,
    });
    expect((await served.api.get('/v1/groups/far/verify')).body).toMatchObject({ ok: true });
  });

  it('instants are in the years that their form has', async () => {
    const { status, body } = await served.api.get('/v1/at?time=0000-01-01T00:00:00%2B14:00');
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
    expect((await served.api.get('/v1/at?time=.')).status).toBe(400);
  });

  it('a repeat over another spelling is the same command', async () => {
    const headers = { 'idempotency-key': 'once' };
    expect((await served.api.put('/v1/groups/rep', { drainMs: 7 }, headers)).body.changed).toBe(true);
    const again = await served.api.put('/v1/%67roups/%72ep', { drainMs: 7 }, headers);
    expect(again).toMatchObject({ status: 200, body: { changed: false } });
  });

  it('a DELETE says no Content-Type, as clients that are made from openapi.json; who gives it a body does', async () => {
    const path = '/v1/groups/d/runners/a';
    await served.api.put(path, { incarnation: inc('a') });
    const deleted = async (how: RequestInit) =>
      (await fetch(served.api.url + path, { method: 'DELETE', ...how })).status;
    const asForm = { 'content-type': 'text/plain' };
    expect(await deleted({ headers: asForm })).toBe(415);
    expect(await deleted({ headers: asForm, body: '{}' })).toBe(415);
    expect(await deleted({ body: new Blob(['{}']) })).toBe(415);
    expect(await deleted({})).toBe(200);
    expect(await deleted({})).toBe(404);
  });
});
