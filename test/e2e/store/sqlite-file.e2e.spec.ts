import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

// Somebody lays hands on the database file of a running server: it ends, says why, and starts again on what is there.

let directory: string;
let file: string;
let server: ServerProcess;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'conclave-file-'));
  file = join(directory, 'conclave.db');
  server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file}` });
  await new Api(server.url).put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
});
afterEach(async () => {
  await server.kill('SIGKILL');
  dropFolder(directory);
});

it.each<[string, string, () => void]>([
  ['deleted', 'was deleted or moved away', () => rmSync(file)],
  ['moved away', 'was deleted or moved away', () => renameSync(file, `${file}.away`)],
  [
    'replaced',
    'was replaced by another',
    () => {
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
  ],
  ['cut short', 'was cut short', () => truncateSync(file, 100)],
  ['robbed of its log', '-wal" was deleted or moved away', () => rmSync(`${file}-wal`)],
])('%s: the process ends within seconds and says so', async (_, says, harm) => {
  harm();
  await until('it has ended', () => server.hasEnded);
  expect(server.stderr).toContain(says);
  expect(server.stderr.trim().split('\n').at(-1)).toMatch(/^conclave: the database file /);
});

it('through a link the log beside the file itself is watched, and kept to its owner', async () => {
  const [disk, link] = [join(directory, 'disk'), join(directory, 'link.db')];
  mkdirSync(disk);
  symlinkSync(join('disk', 'c.db'), link);
  await server.kill();
  server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${link}` });
  const modes = readdirSync(disk).map((name) => [name, statSync(join(disk, name)).mode & 0o777]);
  expect(modes).toEqual([
    ['c.db', 0o600],
    ['c.db-wal', 0o600],
  ]);
  rmSync(join(disk, 'c.db-wal'));
  await until('it has ended', () => server.hasEnded);
  expect(server.stderr).toMatch(/disk\/c\.db-wal" was deleted or moved away while it was in use/);
});
