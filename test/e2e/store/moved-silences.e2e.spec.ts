import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

// The presence log begins anew where a log is moved to, and what silences rest on is kept for good: records of before the
// move stand under the numbers of those of today.

let folder: string;
let server: ServerProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-moved-'));
});
afterEach(async () => {
  await server?.kill();
  dropFolder(folder);
});
const start = async (name: string): Promise<Api> => {
  server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${join(folder, name)}` });
  return new Api(server.url);
};

interface Event {
  version: number;
  type: string;
}
const ends = async (api: Api): Promise<Event[]> =>
  (await api.get('/v1/groups/g/history?limit=1000')).body.events.filter(
    ({ type }: Event) => type === 'LeadershipEnded',
  );

/** A runner leads, beats for as long as it takes to be granted a lease, and falls silent. */
async function die(api: Api, runner: string): Promise<void> {
  const path = `/v1/groups/g/runners/${runner}`;
  const before = (await ends(api)).length;
  await api.put(path, { incarnation: inc(runner), ready: true });
  let sequence = 0;
  let granted = 0;
  await until('it is granted a lease', async () => {
    const { term } = (await api.get('/v1/groups/g/leader')).body;
    const beat = { incarnation: inc(runner), sequence: ++sequence, acked: sequence - 1, term };
    if ((await api.post(`${path}/heartbeat`, beat)).body.leaseMs > 0) granted++;
    return granted > 2;
  });
  await until('its term is over', async () => (await ends(api)).length > before);
}
/** Each end of a lease, and whether what is kept bears it out. */
const judged = async (api: Api): Promise<boolean[]> => {
  const all = await ends(api);
  return until('all is kept', async () => {
    const heard = await Promise.all(
      all.map(async ({ version }) => (await api.get(`/v1/groups/g/heard?version=${version}`)).body),
    );
    return heard.every(({ kept }) => kept) && heard.map(({ ok }) => ok);
  });
};

it('silences before a backup was restored and after it are borne out by what is kept, and it verifies', async () => {
  const api = await start('one.db');
  await api.put('/v1/groups/g', { leaseMs: 1_000, heartbeatMs: 200 });
  for (const runner of ['a', 'b', 'c']) await die(api, runner);
  expect(await judged(api)).toEqual([true, true, true]);
  const file = join(folder, 'backup.ndjson');
  const backup = async (to: string) => new Cli({ CONCLAVE_URL: server!.url }).run('backup', to);
  expect(await backup(file)).toMatchObject({ code: 0 });
  await server!.kill();

  const store = `sqlite:${join(folder, 'two.db')}`;
  expect(await new Cli({}).run('restore', file, '--store', store)).toMatchObject({ code: 0 });
  const moved = await start('two.db');
  for (const runner of ['d', 'e']) await die(moved, runner);
  expect(await judged(moved)).toEqual([true, true, true, true, true]);
  expect(await backup(join(folder, 'again.ndjson'))).toMatchObject({ code: 0 }); // it verifies the whole log
});
