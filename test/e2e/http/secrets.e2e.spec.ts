import { describe, expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { expectProblem, I, J, Served } from './served.fixture.js';

const SECRET = 'only-this-process-knows-0123456789';
const own = { 'x-conclave-secret': SECRET };
const another = { 'x-conclave-secret': SECRET.replace('0', '1') };

describe('a process that registered with a secret', () => {
  const served = new Served('sqlite');

  /** a leads, registered with the secret; b stands by. */
  async function provenGroup(settings: object = {}): Promise<string> {
    const group = served.newGroup();
    await served.api.put(`/v1/groups/${group}`, settings);
    await served.api.put(`/v1/groups/${group}/runners/a`, { incarnation: I, ready: true }, own);
    await served.api.put(`/v1/groups/${group}/runners/b`, { incarnation: J, ready: true });
    return group;
  }

  it('nobody speaks for it who only read its incarnation, on any route; its own word counts', async () => {
    const group = await provenGroup();
    const path = `/v1/groups/${group}/runners/a`;
    const { api } = served;
    const { incarnation } = (await api.get(`/v1/groups/${group}/leader`)).body.leader;
    const asIt = (headers?: Record<string, string>) => [
      () => api.post(`${path}/heartbeat`, { incarnation, sequence: 1, term: 1 }, headers),
      () => api.post(`${path}/heartbeat`, { incarnation, sequence: 2, released: 1 }, headers),
      () => api.post(`${path}/release`, { incarnation, term: 1 }, headers),
      () => api.post(`${path}/resign`, { incarnation, term: 1 }, headers),
      () => api.delete(`${path}?incarnation=${incarnation}`, headers),
      () => api.put(path, { incarnation, priority: 9 }, headers),
      () => api.get(`${path}/session?incarnation=${incarnation}`, headers),
    ];
    const isDead = { incarnation: inc('a', 2), previousExited: incarnation };
    const before = (await api.get(`/v1/groups/${group}`)).body.version;
    for (const headers of [undefined, another]) {
      for (const say of asIt(headers))
        expectProblem(await say(), 403, 'secret-wrong', /Only that process may speak for itself/);
      expectProblem(await api.put(path, isDead, headers), 403, 'secret-wrong', /previousSecret is not it/);
    }
    const batch = { group, runner: 'a', incarnation, sequence: 3 };
    const { replies } = (await api.post('/v1/heartbeats', { beats: [batch, { ...batch, secret: SECRET }] }))
      .body;
    expect(replies).toMatchObject([
      { status: 403, code: 'secret-wrong' },
      { status: 200, role: 'leader' },
    ]);
    expect((await api.get(`/v1/groups/${group}`)).body.version).toBe(before);

    const beat = await api.post(`${path}/heartbeat`, { incarnation, sequence: 4, term: 1 }, own);
    expect(beat.body).toMatchObject({ role: 'leader', leaseMs: 15_000 });
    const session = await api.stream(`${path}/session?incarnation=${incarnation}`, own);
    await session.next('its role', ({ event }) => event === 'elected');
    session.cut();
    const released = await api.post(`${path}/release`, { incarnation, term: 1 }, own);
    expect(released.body.leader.term).toBe(2);
  });

  it('in a fenced group nobody else ends its term by opening a session and closing it', async () => {
    const group = await provenGroup({ failover: 'fenced' });
    const { api } = served;
    const path = `/v1/groups/${group}/runners/a/session?incarnation=${I}`;
    const session = await api.stream(path);
    expect(session.response.status).toBe(403);
    session.cut();
    expect((await api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({ term: 1 });
  });

  it('is called dead by a supervisor that knows it; neither log nor answers ever hold the secret', async () => {
    const group = await provenGroup();
    const { api } = served;
    const next = { incarnation: inc('a', 2), previousExited: I, previousSecret: SECRET, ready: true };
    const path = `/v1/groups/${group}/runners/a`;
    for (const previousSecret of [undefined, 'x'.repeat(32)])
      expectProblem(
        await api.put(path, { ...next, previousSecret }),
        403,
        'secret-wrong',
        /previousSecret is not it\. Send that one, or leave previousExited out/,
      );
    expect((await api.put(path, next)).body).toMatchObject({ changed: true, term: 2 });
    for (const read of ['', '/runners', '/history', '/leader'])
      expect(JSON.stringify((await api.get(`/v1/groups/${group}${read}`)).body)).not.toContain(SECRET);
  });

  it.each(['short', 'x'.repeat(129), 'with spaces '.repeat(4)])(
    'a secret like %j is refused',
    async (bad) => {
      const path = `/v1/groups/${served.newGroup()}/runners/a`;
      const answer = await served.api.put(path, { incarnation: I }, { 'x-conclave-secret': bad });
      const problem = expectProblem(answer, 400, 'invalid-request', /header X-Conclave-Secret/);
      expect(JSON.stringify(problem)).not.toContain(bad);
    },
  );
});
