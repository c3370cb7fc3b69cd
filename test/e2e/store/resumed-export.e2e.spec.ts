import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

const directory = mkdtempSync(join(tmpdir(), 'conclave-resumed-'));
const file = (name: string) => join(directory, name);
const store = `sqlite:${file('a.db')}`;
const cli = new Cli();
afterAll(() => dropFolder(directory));

it('an interrupted export does not go on behind what was sealed and let go of since: it would have a hole', async () => {
  let server = await ServerProcess.start({ CONCLAVE_STORE: store });
  const api = new Api(server.url);
  for (const [group, runner] of ['a', 'b', 'c', 'd'].flatMap((id) => [
    ['g', id],
    ['h', id],
  ]))
    await api.put(`/v1/groups/${group}/runners/${runner}`, { incarnation: inc(runner!) });
  await server.kill('SIGTERM');
  const out = file('log.ndjson');
  expect(await cli.run('export', out, '--store', store)).toMatchObject({ code: 0 });
  const lines = readFileSync(out, 'utf8').split('\n');
  const cut = lines.findIndex((line) => line.includes('"group-h"')); // behind the first event of g

  expect(await cli.run('export', out, '--store', store)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('is a complete export already'),
  });
  const changed = `${lines.slice(0, cut).join('\n').replace('"priority":0', '"priority":1')}\n`;
  writeFileSync(out, changed);
  expect(await cli.run('export', out, '--store', store)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('is an export of another log, or was changed, in line 4.'),
  });
  expect(readFileSync(out, 'utf8')).toBe(changed);

  server = await ServerProcess.start({ CONCLAVE_STORE: store });
  const before = new Date().toISOString();
  const archiving = [
    'archive',
    'g',
    '--before',
    before,
    '--out',
    directory,
    '--reason',
    'year',
    '--as',
    'ana',
  ];
  expect(await new Cli({ CONCLAVE_URL: server.url }).run(...archiving)).toMatchObject({ code: 0 });
  await until('the log has let go of it', async () => {
    const { body } = await new Api(server.url).get('/v1/backup');
    return !(body as string).includes(lines[cut - 1]!);
  });
  await server.kill('SIGTERM');
  for (const last of [cut, cut - 1]) {
    writeFileSync(out, `${lines.slice(0, last + 1).join('\n')}\n`); // up to an event of h, and of g
    expect(await cli.run('export', out, '--store', store)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(
        'cannot go on: history was sealed since it was begun. Name another file.',
      ),
    });
    expect(readFileSync(out, 'utf8')).not.toContain('"footer"'); // nobody takes it for a whole one
  }
  const fresh = file('fresh.ndjson');
  expect(await cli.run('export', fresh, '--store', store)).toMatchObject({ code: 0 });
  expect(await cli.run('verify', '--file', fresh)).toMatchObject({ code: 0 });
});
