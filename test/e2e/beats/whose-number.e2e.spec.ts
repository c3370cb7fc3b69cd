import { describe, expect, it } from '@jest/globals';
import { changeTokens } from '@conclave/access';
import type { BatchReply } from '@conclave/contract';
import { inc, until } from '@conclave/processes';
import { as, Joining, pathOf } from '../credentials/joining.fixture.js';

describe('a number of a standby, with its key', () => {
  const joining = new Joining();
  const askAs = async (token: string, body: object) =>
    (await as(joining.one, token).post('/v1/heartbeats', body)).body as BatchReply;
  /** Two of a group; the second one stands by, and has a number. */
  const standby = async (group: string, token: string) => {
    await as(joining.one, joining.admin).put(`/v1/groups/${group}`, {});
    for (const runner of ['a', 'b'])
      await as(joining.one, token).put(pathOf(runner, group), { incarnation: inc(runner), ready: true });
    const beats = [{ group, runner: 'b', incarnation: inc('b'), sequence: 1, acked: 0 }];
    const { replies, short } = await askAs(token, { beats, short: { key: null, beats: [] } });
    const { number, version } = replies[0] as { number: number; version: number };
    const said = (sequence: number) => ({
      beats: [],
      short: { key: short!.key, beats: [number, sequence, version] },
    });
    return { said, path: pathOf('b', group) };
  };

  it('counts for nobody else who shows it, but for who may speak for its runner', async () => {
    const group = 'whose';
    const [own, also, other] = [
      await joining.tokens.make('own', 'runner', [group]),
      await joining.tokens.make('also', 'runner', [group]),
      await joining.tokens.make('other', 'runner', ['other']),
    ];
    const { said, path } = await standby(group, own);
    const seen = async () => (await as(joining.one, joining.admin).get(path)).body.lastSeenAt as string;
    const before = await seen();
    const refused = { short: { changed: [[0, { status: 403, code: 'forbidden' }]], unknown: [] } };
    expect(await askAs(other, said(2))).toMatchObject(refused);
    expect(await askAs(await joining.joined('ci-1'), said(2))).toMatchObject(refused);
    expect(await seen()).toBe(before);
    expect(await askAs(own, said(2))).toMatchObject({ short: { changed: [], unknown: [] } });
    expect(await askAs(also, said(3))).toMatchObject({ short: { changed: [], unknown: [] } }); // it may do the same
  });

  it('counts no more when its rights were taken away', async () => {
    const group = 'taken';
    const token = await joining.tokens.make('taken', 'runner', [group]);
    const { said } = await standby(group, token);
    expect(await askAs(token, said(2))).toMatchObject({ short: { changed: [], unknown: [] } });
    await changeTokens(joining.tokens.file, (tokens) => {
      for (const kept of tokens.values())
        if (kept.name === 'taken')
          tokens.set(kept.id, { ...kept, grants: [{ role: 'runner', groups: ['other'] }] });
    });
    const versionNow = async () =>
      (await as(joining.one, joining.admin).get(`/v1/groups/${group}`)).body.version as number;
    const version = await versionNow();
    let sequence = 2;
    await until('it is refused', async () => {
      const { changed } = (await askAs(token, said(++sequence))).short!;
      return changed.some(([, reply]) => 'code' in reply && reply.code === 'forbidden');
    });
    expect(await versionNow()).toBe(version); // or it was looked at anew for that
  });
});
