import { describe, expect, it } from '@jest/globals';
import * as schemas from '@conclave/contract';
import { inc, until, type Api } from '@conclave/processes';
import { STORES } from '@conclave/testing';
import { expectBody, expectProblem, Served } from '../http/served.fixture.js';

type Batch = schemas.BatchReply;
type Said = { number: number; sequence: number; version: number };

/** Runners of a group, who say their beats together; the first one leads. */
class Crowd {
  key: string | null = null;
  readonly sequences = new Map<string, number>();
  readonly numbers = new Map<string, number>();
  readonly versions = new Map<string, number>();

  constructor(
    private readonly api: Api,
    readonly group: string,
    readonly runners: readonly string[],
  ) {}

  static async of(
    api: Api,
    group: string,
    runners: readonly string[],
    settings: object = {},
  ): Promise<Crowd> {
    await api.put(`/v1/groups/${group}`, settings);
    for (const runner of runners)
      await api.put(`/v1/groups/${group}/runners/${runner}`, { incarnation: inc(runner), ready: true });
    return new Crowd(api, group, runners);
  }

  /** What one says in full. */
  beat(runner: string): object {
    const sequence = (this.sequences.get(runner) ?? 0) + 1;
    this.sequences.set(runner, sequence);
    const { group } = this;
    return { group, runner, incarnation: inc(runner), sequence, acked: sequence - 1 };
  }

  async inFull(runners = this.runners): Promise<Batch> {
    const beats = runners.map((runner) => this.beat(runner));
    const asked = { beats, short: { key: this.key, beats: [] } };
    const body: Batch = expectBody(await this.api.post('/v1/heartbeats', asked), 200, schemas.BatchReply);
    this.key = body.short!.key;
    for (const [at, runner] of runners.entries()) {
      const { number, version } = body.replies[at] as { number?: number; version: number };
      if (number !== undefined) this.numbers.set(runner, number);
      this.versions.set(runner, version);
    }
    return body;
  }

  numbersOf(runner: string): Said {
    const { sequence } = this.beat(runner) as { sequence: number };
    return { number: this.numbers.get(runner)!, sequence, version: this.versions.get(runner)! };
  }

  async short(all: readonly Said[], key = this.key): Promise<NonNullable<Batch['short']>> {
    const beats = all.flatMap(({ number, sequence, version }) => [number, sequence, version]);
    const answer = await this.api.post('/v1/heartbeats', { beats: [], short: { key, beats } });
    return expectBody(answer, 200, schemas.BatchReply).short;
  }

  async seen(runner: string): Promise<{ status: string; lastSeenAt: string }> {
    const { runners } = (await this.api.get(`/v1/groups/${this.group}/runners`)).body as {
      runners: { runner: string; status: string; lastSeenAt: string }[];
    };
    return runners.find((one) => one.runner === runner)!;
  }
}

describe.each(STORES)('beats that are three numbers, over %s', (kind) => {
  const served = new Served(kind);
  const crowdOf = async (runners: readonly string[], settings?: object) =>
    Crowd.of(served.api, served.newGroup(), runners, settings);

  it('who stands by gets a number, who leads none; said with it they live, and are told nothing else', async () => {
    const crowd = await crowdOf(['a', 'b', 'c'], { leaseMs: 1_500, heartbeatMs: 400 });
    const { replies, short } = await crowd.inFull();
    expect(replies.map((reply) => 'number' in reply)).toEqual([false, true, true]);
    expect(short).toEqual({ key: expect.any(String), changed: [], unknown: [] });
    const before = await crowd.seen('b');
    const gone = await crowd.seen('c');
    const since = Date.now();
    await until('c is silent, which says nothing more', async () => {
      const said = crowd.numbersOf('b');
      const told = await crowd.short([said]);
      for (const [, reply] of told.changed) crowd.versions.set('b', (reply as { version: number }).version);
      expect(told.unknown).toEqual([]);
      return (await crowd.seen('c')).status === 'silent';
    });
    expect(Date.now() - since).toBeGreaterThan(1_000);
    const after = await crowd.seen('b');
    expect(after.status).toBe('active');
    expect(after.lastSeenAt > before.lastSeenAt).toBe(true);
    expect((await crowd.seen('c')).lastSeenAt).toBe(gone.lastSeenAt);
  });

  it('who becomes active by its beat gets its number with the key', async () => {
    const crowd = await crowdOf(['a']);
    await served.api.put(`/v1/groups/${crowd.group}/runners/b`, { incarnation: inc('b') });
    const { replies, short } = await crowd.inFull(['b']);
    expect([replies, short!.key]).toMatchObject([[{ number: expect.any(Number) }], expect.any(String)]);
  });

  it('what is new is told, whole, to whoever does not say that it knows it', async () => {
    const crowd = await crowdOf(['a', 'b', 'c']);
    await crowd.inFull();
    const headers = { 'x-conclave-actor': 'ana' };
    await served.api.put(`/v1/groups/${crowd.group}/runners/a/taints/k`, { reason: 'r' }, headers);
    const [b, c] = [crowd.numbersOf('b'), crowd.numbersOf('c')];
    const told = await crowd.short([b, c]);
    const version = (await served.api.get(`/v1/groups/${crowd.group}`)).body.version as number;
    expect(version).toBeGreaterThan(b.version);
    const news = {
      status: 200,
      role: 'standby',
      term: 1,
      leader: 'a',
      leaseMs: 0,
      heartbeatMs: 5_000,
      version,
    };
    expect(told.changed).toEqual([
      [0, { ...news, number: b.number }],
      [1, { ...news, number: c.number }],
    ]);
    // the answer to b was lost: it says again what it knows, and is told again; c knows
    const next = await crowd.short([
      { ...b, sequence: b.sequence + 1 },
      { ...c, sequence: c.sequence + 1, version },
    ]);
    expect(next.changed).toEqual([[0, { ...news, number: b.number }]]);
  });

  it('a number counts with its key only, and one that was never given means nobody: neither is heard', async () => {
    const crowd = await crowdOf(['a', 'b']);
    await crowd.inFull();
    const before = await crowd.seen('b');
    const said = crowd.numbersOf('b');
    const nobody = [{ ...said, number: 1e9 }];
    for (const [all, key] of [
      [[said], 'a key of somebody else'],
      [[said], null],
      [nobody, crowd.key],
    ] as const)
      expect(await crowd.short(all, key)).toMatchObject({ changed: [], unknown: [0] });
    expect(await crowd.seen('b')).toEqual(before);
    expect(await crowd.short([said])).toMatchObject({ changed: [], unknown: [] }); // with the same sequence
  });

  it('what would be refused in full is refused, each by itself', async () => {
    const crowd = await crowdOf(['a', 'b', 'c', 'd', 'e']);
    await crowd.inFull();
    const [b, c, d, e] = ['b', 'c', 'd', 'e'].map((runner) => crowd.numbersOf(runner)) as [
      Said,
      Said,
      Said,
      Said,
    ];
    const path = `/v1/groups/${crowd.group}/runners`;
    await served.api.delete(`${path}/b?incarnation=${inc('b')}`);
    await served.api.put(`${path}/c`, { incarnation: inc('c', 2), ready: true });
    const { version } = (await served.api.get(`/v1/groups/${crowd.group}`)).body;
    const told = await crowd.short([b, c, { ...d, sequence: 1, version }, { ...e, version }]);
    expect([told.unknown, told.changed.map(([at]) => at)]).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(told.changed.map(([, reply]) => reply)).toMatchObject([
      {
        status: 409,
        code: 'beat-stale',
        detail: expect.stringMatching(/sequence 1 of runner "d" is not above 1/),
      },
      { status: 200, role: 'standby', version },
    ]);
    expect(await crowd.inFull(['b', 'c'])).toMatchObject({
      replies: [
        { status: 404, code: 'runner-unknown' },
        { status: 200, role: 'superseded' },
      ],
    });
  });

  it('who is silent meanwhile becomes active by it, and who is elected is told so', async () => {
    const crowd = await crowdOf(['a', 'b'], { leaseMs: 1_500, heartbeatMs: 400 });
    await crowd.inFull();
    await until('b is silent', async () => (await crowd.seen('b')).status === 'silent');
    await until('b leads: a is silent, too', async () => {
      const told = await crowd.short([crowd.numbersOf('b')]);
      return told.changed.some(([, reply]) => 'role' in reply && reply.role === 'leader');
    });
    expect((await crowd.seen('b')).status).toBe('active');
  });

  it.each([
    ['nothing at all', { beats: [] }, '/beats: there is no beat'],
    [
      'two numbers',
      { beats: [], short: { key: null, beats: [1, 2] } },
      '/short/beats: must be three numbers',
    ],
    ['a word', { beats: [], short: { key: null, beats: [1, 2, 'x'] } }, '/short/beats/2: '],
    ['less than none', { beats: [], short: { key: null, beats: [-1, 2, 3] } }, '/short/beats/0: '],
    ['no key', { beats: [], short: { beats: [] } }, '/short/key: '],
    ['too many', { beats: [], short: { key: 'k', beats: Array(3_003).fill(1) } }, '/short/beats: '],
  ])('%s is refused, and says where', async (_what, body, detail) => {
    const problem = expectProblem(await served.api.post('/v1/heartbeats', body), 400, 'invalid-request');
    expect(problem.detail).toContain(detail);
  });
});
