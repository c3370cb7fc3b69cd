import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { register } from '../node.fixture.js';
import { recorded, standing, Watched } from './witnesses.fixture.js';

// A server does its work whatever its witnesses do.

let h: Watched;
beforeEach(async () => {
  h = await Watched.open();
});
afterEach(() => h.close());

describe('a witness that cannot be relied on', () => {
  it.each<[string, RequestListener, RegExp]>([
    ['is none', (_, answer) => answer.end('<html>'), /^it is no witness: it answered 200/],
    ['is broken', (_, answer) => answer.writeHead(500).end('{}'), /^it is no witness: it answered 500/],
    [
      'never ends',
      (_, answer) => answer.end('x'.repeat(3 * 1024 * 1024)),
      /^it is no witness: it answered 200 with something else$/,
    ],
    [
      'sends elsewhere',
      ({ url }, answer) => answer.writeHead(307, { location: `${h.url}${url}` }).end(),
      /^it is no witness: it answered 307/,
    ],
    ['breaks off', (_, answer) => answer.destroy(), /^it does not answer \(other side closed\)$/],
    [
      'breaks off in the middle',
      (_, answer) => {
        answer.writeHead(200, { 'content-length': '9' });
        answer.write('{', () => answer.destroy());
      },
      /^it does not answer \(other side closed\)$/,
    ],
  ])('%s', async (_, listener, why) => {
    const w = await h.world();
    const s = await h.started(w, [await h.answering(listener), h.url]);
    await s.do(register('a'));
    expect((await s.node.records.checkpoints.witnessed()).witnesses).toMatchObject([{ kid: h.witness.kid }]);
    expect(standing(s)).toMatchObject([{ why: expect.stringMatching(why) }, { why: null }]);
    expect(s.problems).toHaveLength(1);
  });

  it('signs something else: that is no co-signature', async () => {
    const w = await h.world();
    let kept: string | null = null;
    const replaying = await h.answering((request, answer) => {
      const body: Buffer[] = [];
      request.on('data', (chunk: Buffer) => body.push(chunk));
      const pass = async () => {
        const sent = body.length > 0 && { method: 'POST', body: Buffer.concat(body).toString() };
        const headers = { 'content-type': 'application/json' };
        const real = await fetch(h.url + request.url, { ...(sent && { ...sent, headers }) });
        const text = await real.text();
        kept ??= request.url!.endsWith('/cosign') ? text : null;
        answer.writeHead(real.status).end(request.url!.endsWith('/cosign') ? kept : text);
      };
      request.on('end', () => void pass());
    });
    const s = await h.started(w, [replaying]);
    await s.do(register('a'));
    expect((await s.node.records.checkpoints.witnessed()).witnesses).toHaveLength(1);
    await s.do(register('b'));
    expect((await s.node.records.checkpoints.witnessed()).witnesses).toEqual([]);
    expect(standing(s)).toMatchObject([{ why: 'what it signed is something else' }]);
  });

  it('that hangs holds up nothing for longer than ten seconds, and does not spoil what others sign', async () => {
    const w = await h.world();
    const s = await h.started(w, [await h.answering(() => undefined), h.url]);
    await s.do(register('a'));
    expect((await recorded(w, s)).data).toMatchObject({ witnesses: [{ kid: h.witness.kid }] });
    expect((await s.node.records.checkpoints.sign()).statement.groups).toBe(1);
    expect(standing(s)).toMatchObject([
      { why: 'it does not answer (nothing whole within 10 s)' },
      { why: null },
    ]);
    const askedMs = performance.now();
    const asking = s.node.records.checkpoints.witnessed();
    s.node.drain(); // a server that stops does not wait for them
    await asking;
    expect(performance.now() - askedMs).toBeLessThan(10_000);
  });
});
