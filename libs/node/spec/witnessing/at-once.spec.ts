import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { register, settings } from '../node.fixture.js';
import { letMinutePass, recorded, recordedIn, standing, Watched } from './witnesses.fixture.js';

// Several servers and their witness: who is told what by whom, and when.

let h: Watched;
beforeEach(async () => {
  h = await Watched.open();
});
afterEach(() => h.close());

describe('several servers that show the witness their checkpoints at once', () => {
  it('are not refused over what others have shown it meanwhile', async () => {
    const w = await h.world();
    const servers = [await h.started(w)];
    for (const id of ['s2', 's3']) servers.push(await h.started(w, [h.url], id, w.otherStore()));
    await servers[0]!.do(register('a'));
    for (let n = 0; n < 12; n++) {
      const writing = servers[n % 3]!.do(settings({ leaseMs: 8_000 + n }));
      await Promise.all(servers.map(async ({ node }) => node.records.checkpoints.witnessed()));
      await writing;
    }
    expect(h.said.filter((words) => words.includes('REFUSED'))).toEqual([]);
    for (const server of servers) expect(standing(server)).toMatchObject([{ why: null }]);
  });

  it('what another one has recorded spares nobody who has to know how it stands with the witness', async () => {
    const w = await h.world();
    const one = await h.started(w);
    await one.do(register('a'));
    await recorded(w, one);
    await h.witness.close();
    const two = await h.started(w, [h.url], 's2', w.otherStore());
    await two.node.records.checkpoints.witnessed();
    expect(standing(two)).toMatchObject([{ why: expect.stringContaining('does not answer') }]);
    await h.begin(h.port);
    await one.do(register('b'));
    await recorded(w, one, 1); // co-signed: nothing is left to record
    await until(
      'the second has read it',
      () => two.groups.get('g')?.version === one.groups.get('g')!.version,
    );
    await until('it has asked by itself', () => {
      letMinutePass(two);
      return standing(two)[0]!.why === null;
    });
    expect(await recordedIn(w)).toHaveLength(2);
  });
});

it.each([
  ['by somebody else', {}],
  ['in the form of ours', { v: 3, at: '2026-11-24T12:00:00.000Z' }],
])('what is said %s of more events than there are keeps nobody from the next checkpoint', async (_, meta) => {
  const w = await h.world();
  const s = await h.started(w);
  await s.do(register('a'));
  const data = { events: 99_999_999, witnesses: [1, 2] };
  const id = crypto.randomUUID();
  const { position } = await w.store.append('checkpoints', 0, [{ id, type: 'CheckpointSigned', data, meta }]);
  expect(await s.node.tail.reached(position, 5_000)).toBe(true);
  expect((await recorded(w, s, 1)).data).toMatchObject({ witnesses: [{ kid: h.witness.kid }] });
});
