import { describe, expect, it } from '@jest/globals';
import { STORES } from '@conclave/testing';
import * as schemas from '@conclave/contract';
import type { Answer } from '@conclave/processes';
import { expectBody, expectProblem, I, J, Served } from './served.fixture.js';

type Method = 'PUT' | 'POST' | 'DELETE';
/** Method, path below the group, body (of a DELETE: its query). */
type Asked = [method: Method, path: string, content: Record<string, unknown>];
type Orders = [name: string, asked: Asked, before?: Asked, as?: 'runner' | 'two people'][];

const RESIGN = '/runners/a/resign';
const TAINT = '/runners/b/taints/k';
/** Every kind of order that has a dry run and takes a key; a, which is oldest, leads term 1. */
const ORDERS: Orders = [
  ['settings', ['PUT', '', { leaseMs: 500_000 }]],
  ['a taint', ['PUT', TAINT, {}]],
  ['a taint of the leader', ['PUT', '/runners/a/taints/k', { ttlMs: 60_000 }]],
  ['the end of a taint', ['DELETE', TAINT, {}], ['PUT', TAINT, {}]],
  ['the end of what is not there', ['DELETE', TAINT, {}]],
  ['forgiving', ['POST', '/runners/b/forgive', {}]],
  ['a pin', ['PUT', '/pin', { runner: 'b', mode: 'prefer' }]],
  ['the end of a pin', ['DELETE', '/pin', {}], ['PUT', '/pin', { runner: 'b' }]],
  ['a pause', ['PUT', '/pause', { ttlMs: 60_000 }]],
  ['a drain', ['POST', '/drain', {}]],
  ['the end of a pause', ['DELETE', '/pause', {}], ['PUT', '/pause', {}]],
  ['a transfer', ['POST', '/transfer', { to: 'b' }]],
  ['a forced transfer', ['POST', '/transfer', { force: true }]],
  ['the removal of a leader', ['DELETE', '/runners/a', {}]],
  ['a resignation in the name of a leader', ['POST', RESIGN, { incarnation: I, term: 1 }]],
  ['one of whatever it holds', ['POST', RESIGN, { incarnation: I }]],
  ['a resignation by a leader', ['POST', RESIGN, { incarnation: I, term: 1 }], undefined, 'runner'],
  ['a standby that goes away', ['POST', '/runners/b/resign', { incarnation: J }], undefined, 'runner'],
  ['settings, with two people', ['PUT', '', { twoPersonMs: null }], undefined, 'two people'],
  ['a pin, with two people', ['PUT', '/pin', { runner: 'b' }], undefined, 'two people'],
  ['a forced transfer, with two people', ['POST', '/transfer', { force: true }], undefined, 'two people'],
  ['a removal, with two people', ['DELETE', '/runners/a', {}], undefined, 'two people'],
  ['a resignation, with two people', ['POST', RESIGN, { incarnation: I }], undefined, 'two people'],
];

/** What it says, but for when. */
const gistOf = ({ body: { changed, version, events } }: Answer): unknown =>
  JSON.parse(
    JSON.stringify([changed, version, events.map(({ type, data }: any) => [type, data])]).replaceAll(
      /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g,
      '"when"',
    ),
  );

describe.each(STORES)('conditions over %s', (kind) => {
  const served = new Served(kind);

  const order = async (group: string, [method, path, content]: Asked, headers = {}, query = {}) => {
    const asked = new URLSearchParams({ ...query, ...(method === 'DELETE' && (content as object)) });
    const body = method === 'DELETE' ? undefined : content;
    return served.api.call(method, `${group}${path}?${asked.toString()}`, body, headers);
  };
  const etagOf = ({ headers }: Answer): string => headers.get('etag')!;
  const readOf = async (group: string): Promise<string> => etagOf(await served.api.get(group));

  it.each(ORDERS)(
    '%s: a dry run tells what it does, its ETag is that of the next read, a repeat answers as the first',
    async (_, ...[asked, before, as]) => {
      const group = `/v1/groups/${await served.ledGroup({ leaseMs: 600_000 })}`;
      if (before) expect((await order(group, before)).body).toMatchObject({ changed: true });
      if (as === 'two people') await served.api.put(group, { twoPersonMs: 600_000 });
      const version = await readOf(group);
      const given = {
        ...(as !== 'runner' && { 'x-conclave-actor': 'ana' }),
        'if-match': version,
        'idempotency-key': 'k',
      };
      const plan = await order(group, asked, given, { dryRun: 'true' });
      expectBody(plan, 200, schemas.WriteReply);
      expect(await readOf(group)).toBe(version);
      const first = await order(group, asked, given);
      expectBody(first, first.status === 201 ? 201 : 200, schemas.WriteReply);
      expect(gistOf(first)).toEqual(gistOf(plan));
      expect([etagOf(first), `"${first.body.version}"`]).toEqual(Array(2).fill(await readOf(group)));
      expect(first.body.proposal === undefined).toBe(as !== 'two people');

      await served.api.put(`${group}/runners/b/taints/other`, { effect: 'PreferNoLead' });
      const [again, foreseen] = [
        await order(group, asked, given),
        await order(group, asked, given, { dryRun: 'true' }),
      ];
      const { events, proposal } = first.body;
      const now = await readOf(group);
      for (const { body } of [again, foreseen])
        expect(body).toMatchObject({
          changed: false,
          events,
          version: Number(now.slice(1, -1)),
          ...(proposal && { proposal }),
        });
      expect([again.body.dryRun, foreseen.body.dryRun, etagOf(again)]).toEqual([undefined, true, now]);
      const other: Asked = [asked[0], asked[1], { ...asked[2], ifTerm: 1 }];
      for (const dryRun of ['true', 'false'])
        expectProblem(await order(group, other, given, { dryRun }), 422, 'idempotency-key-reused');
    },
  );

  it('a dry run uses no key up, and one of somebody else is refused in it, too', async () => {
    const group = `/v1/groups/${await served.ledGroup({ leaseMs: 600_000 })}`;
    const nothing: Asked = ['DELETE', '/pin', {}];
    const by = (actor: string) => ({ 'x-conclave-actor': actor, 'idempotency-key': 'k' });
    const dry = { dryRun: 'true' };
    expect((await order(group, nothing, by('ana'), dry)).body).toMatchObject({ changed: false });
    await order(group, ['PUT', '/pin', { runner: 'b', mode: 'prefer' }]);
    expect((await order(group, nothing, by('ana'), dry)).body).toMatchObject({ changed: true });
    expect((await order(group, nothing, by('ana'))).body).toMatchObject({ changed: true });
    expectProblem(await order(group, nothing, by('bob'), dry), 422, 'idempotency-key-reused');
  });

  it('a repeat names the order that waits for a second person also when that is not asked for any more', async () => {
    const group = `/v1/groups/${await served.ledGroup({ leaseMs: 600_000 })}`;
    await served.api.put(group, { twoPersonMs: 600_000 });
    const ana = { 'x-conclave-actor': 'ana' };
    const pin: Asked = ['PUT', '/pin', { runner: 'b' }];
    const keyed = { ...ana, 'idempotency-key': 'k' };
    const { proposal } = (await order(group, pin, keyed)).body;
    const lifted = await order(group, ['PUT', '', { twoPersonMs: null }], ana);
    await order(group, ['POST', `/proposals/${lifted.body.proposal}/approve`, {}]);
    expect((await order(group, pin, keyed)).body).toMatchObject({ changed: false, proposal });
    await order(group, ['POST', `/proposals/${proposal}/withdraw`, {}]);
    expect((await order(group, pin, keyed)).body).not.toHaveProperty('proposal');
    await served.api.put(group, { twoPersonMs: 600_000 });
    expect((await order(group, pin, ana)).body.proposal).not.toBe(proposal); // another order, which waits
    expect((await order(group, pin, keyed)).body).not.toHaveProperty('proposal');
  });
});
