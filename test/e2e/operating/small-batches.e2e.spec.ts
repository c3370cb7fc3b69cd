import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Api, inc, ServerProcess, until } from '@conclave/processes';

const [GROUP, BATCHES, SIZE] = ['/v1/groups/g/runners', 800, 40];
let server: ServerProcess;
let api: Api;
beforeAll(async () => {
  server = await ServerProcess.start();
  api = new Api(server.url);
  for (const id of ['leads', 'stands'])
    await api.put(`${GROUP}/${id}`, { incarnation: inc(id), ready: true });
});
afterAll(async () => {
  await server.kill('SIGTERM');
});

/** How many batches are answered while a leader's own beat waits, which came after them. */
async function overtaken(round: number): Promise<number> {
  let answered = 0;
  const about = { group: 'g', runner: 'stands', incarnation: inc('stands') };
  const batches = Array.from({ length: BATCHES }, async (_, n) => {
    const from = (round * BATCHES + n) * SIZE + 1;
    const beats = Array.from({ length: SIZE }, (_beat, k) => ({ ...about, sequence: from + k }));
    await api.post('/v1/heartbeats', { beats });
    answered++;
  });
  await until('they are being answered', () => answered > 0);
  const before = answered;
  await api.post(`${GROUP}/leads/heartbeat`, { incarnation: inc('leads'), sequence: round + 1 });
  const meanwhile = answered - before;
  await Promise.all(batches);
  return meanwhile;
}

it('who beats for itself does not wait for all small batches that came before', async () => {
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) rounds.push(await overtaken(round));
  expect(Math.min(...rounds)).toBeLessThan(BATCHES / 4); // this process may be the slow one
});
