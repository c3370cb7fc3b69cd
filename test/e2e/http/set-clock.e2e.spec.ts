import { afterEach, expect, it } from '@jest/globals';
import { Api, ServerProcess, until, wrongClock } from '@conclave/processes';

const HOUR_MS = 3_600_000;
let server: ServerProcess;
afterEach(async () => server.kill());

it('where the clock was set since the start, `Date` is the time that the server goes by, whatever is answered', async () => {
  server = await ServerProcess.start(wrongClock(HOUR_MS));
  const api = new Api(server.url);
  await api.put('/v1/groups/g', {});
  server.child.kill('SIGUSR2');
  await until(
    'it has seen that',
    async () => (await api.get('/readyz')).body.clockSteppedMs < -HOUR_MS + 60_000,
  );
  const { body } = await api.put('/v1/groups/g', { drainMs: 1 });
  const atMs = Date.parse(body.events[0].meta.at);
  expect(atMs - Date.now()).toBeGreaterThan(HOUR_MS - 60_000);
  const watch = await api.stream('/v1/watch');
  const answers = [await api.get('/v1/groups/g'), await api.get('/v1/groups/none'), watch.response];
  for (const { headers } of answers)
    expect(Math.abs(Date.parse(headers.get('date')!) - atMs)).toBeLessThan(60_000);
  watch.cut();
});
