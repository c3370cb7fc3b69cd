import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CosignatureStatement, lineDigest, LogVerifier } from '@conclave/audit';
import { until } from '@conclave/processes';
import { to } from '@conclave/testing';
import { decodeJwt } from 'jose';
import { register, type Server, type World } from '../node.fixture.js';
import { everything, letMinutePass, recorded, recordedIn, standing, Watched } from './witnesses.fixture.js';

// A server and those who co-sign its checkpoints, over real HTTP.

let h: Watched;
beforeEach(async () => {
  h = await Watched.open();
});
afterEach(() => h.close());

describe('checkpoints that are co-signed', () => {
  it('are recorded with what the witness signed, at the first contact and later', async () => {
    const w = await h.world();
    const s = await h.started(w);
    await s.do(register('a'));
    const first = await recorded(w, s);
    expect(first.meta).toEqual({ v: 3, minor: 1, at: expect.any(String) });
    expect(first.data.witnesses).toEqual([{ kid: h.witness.kid, cosignature: expect.any(String) }]);
    const met = CosignatureStatement.parse(decodeJwt(first.data.witnesses![0]!.cosignature));
    expect(met).toMatchObject({ checkpoint: lineDigest(first.data.checkpoint), since: met.at });
    expect(h.said).toEqual([expect.stringMatching(/first contact, taken as it is: \d events of 1 groups$/)]);
    await s.do(register('b'));
    const second = await recorded(w, s, 1);
    const later = CosignatureStatement.parse(decodeJwt(second.data.witnesses![0]!.cosignature));
    expect(later).toMatchObject({ log: met.log, since: met.since });
    expect(standing(s)).toMatchObject([{ kid: h.witness.kid, why: null, cosignedAt: expect.any(String) }]);
    const verifier = new LogVerifier();
    for (const event of await everything(w)) verifier.take(event);
    expect(verifier.finish().log).toEqual([]);
    expect(s.problems).toEqual([]);
  });

  it('one that nobody co-signs is recorded all the same, and is asked for again though nothing changes', async () => {
    const { url } = h;
    await h.witness.close();
    const w = await h.world();
    const s = await h.started(w, [url]);
    await s.do(register('a'));
    expect((await recorded(w, s)).data).not.toHaveProperty('witnesses');
    expect(standing(s)).toMatchObject([{ url, why: 'it does not answer (ECONNREFUSED)', cosignedAt: null }]);
    expect(s.problems).toEqual([
      expect.stringContaining(`witness ${url} does not co-sign: it does not answer`),
    ]);
    await h.begin(h.port);
    expect((await recorded(w, s, 1)).data).toMatchObject({ witnesses: [{ kid: h.witness.kid }] });
    expect(s.problems).toHaveLength(1);
    letMinutePass(s);
    expect(s.node.records.checkpoints['isUnderWay']).toBe(false); // nothing is left to ask
    await s.node.records.checkpoints['record'](); // as if another server had been faster
    expect(await recordedIn(w)).toHaveLength(2);
  });

  it('a witness that is behind by more than a request holds is told in parts; killed meanwhile, from the start', async () => {
    const w = await h.world();
    const s = await h.started(w);
    await s.do(register('a'));
    expect((await s.node.records.checkpoints.witnessed()).witnesses).toHaveLength(1);
    const labels = (n: number) =>
      Object.fromEntries(Array.from({ length: 32 }, (_, k) => [`l${k}`, `${n}`.repeat(80)]));
    for (let n = 100; n < 250; n++) await s.do(to.register('a', { ready: true, labels: labels(n) }));
    let requests = 0;
    const real = globalThis.fetch;
    globalThis.fetch = async (url, options) => {
      if ((url as string).endsWith('/extend') && ++requests === 2) await h.restart();
      return real(url, options);
    };
    try {
      expect((await s.node.records.checkpoints.witnessed()).witnesses).toHaveLength(1);
    } finally {
      globalThis.fetch = real;
    }
    expect(requests).toBeGreaterThanOrEqual(4);
    expect(h.said.join()).not.toContain('REFUSED');
  });

  it('a server that is behind another one is not taken for one that has lost something', async () => {
    const w = await h.world();
    const [one, two] = [await h.started(w), await h.started(w, [h.url], 's2', w.otherStore())];
    await one.do(register('a'));
    const older = await two.node.records.checkpoints.sign();
    await one.do(register('b'));
    expect((await one.node.records.checkpoints.witnessed()).witnesses).toHaveLength(1);
    expect(await two.node.records.checkpoints.witnesses.ask(older)).toEqual([]);
    expect(standing(two)).toMatchObject([{ why: null }]);
    expect(h.said.join()).not.toContain('REFUSED');
    await until('it has read it', () => two.groups.get('g')?.version === one.groups.get('g')!.version);
    await two.do(register('c'));
    expect((await two.node.records.checkpoints.witnessed()).witnesses).toHaveLength(1);
    await until(
      'the first has read that',
      () => one.groups.get('g')?.version === two.groups.get('g')!.version,
    );
    expect((await one.node.records.checkpoints.witnessed()).witnesses).toHaveLength(1);
    expect([...one.defects, ...two.defects]).toEqual([]);
  });
});

describe('a log that was rewritten', () => {
  /** Another history under the same record of keys. */
  const forged = async (w: World, ...runners: string[]): Promise<Server> => {
    const other = await h.world();
    const keys = (await everything(w)).filter(({ stream }) => stream === 'keys');
    for (const { id, type, data, meta, version } of keys)
      await other.store.append('keys', version - 1, [{ id, type, data, meta }]);
    const s = await h.started(other);
    for (const runner of runners) await s.do(register(runner));
    return s;
  };
  it.each<[string, string[], RegExp]>([
    [
      'rewritten',
      ['x', 'y', 'z'],
      /group "g": version \d+ is not the one that was co-signed at .* rewritten/,
    ],
    ['cut', ['a'], /group "g" had \d+ events in what was co-signed at .*, and has \d: its end was dropped/],
    ['dropped', [], /group "g" had \d+ events in what was co-signed at .* is not in the log any more/],
  ])('is refused: %s; the one that was co-signed is not', async (_, runners, why) => {
    const w = await h.world();
    const s = await h.started(w);
    for (const runner of ['a', 'b']) await s.do(register(runner));
    expect((await s.node.records.checkpoints.witnessed()).witnesses).toHaveLength(1);
    const other = await forged(w, ...runners);
    for (let n = 0; n < 2; n++)
      expect((await other.node.records.checkpoints.witnessed()).witnesses).toEqual([]);
    expect(standing(other)).toMatchObject([{ why: expect.stringMatching(why), cosignedAt: null }]);
    expect(other.defects).toEqual([expect.stringMatching(why)]); // told once, as an error
    expect(h.said.filter((words) => words.includes('REFUSED'))).toEqual([expect.stringMatching(why)]);
    const [evidence] = readdirSync(h.data).filter((name) => name.endsWith('.refused.ndjson'));
    expect(readFileSync(join(h.data, evidence!), 'utf8').trim().split('\n')).toHaveLength(1);
    await s.do(register('c'));
    expect((await s.node.records.checkpoints.witnessed()).witnesses).toHaveLength(1);
    expect(h.said.at(-1)).toMatch(/co-signed again$/);
  });
});
