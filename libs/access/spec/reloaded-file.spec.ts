import { afterAll, expect, it } from '@jest/globals';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIf, until } from '@conclave/processes';
import { ReloadedFile } from '@conclave/access';

const folder = mkdtempSync(join(tmpdir(), 'conclave-reloaded-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('that is emptied, as by a full disk, leaves in force what it said, and that is told once', async () => {
  const file = join(folder, 'tokens.json');
  writeFileSync(file, 'all');
  const told: string[] = [];
  const stands: boolean[] = [];
  const reloaded = new ReloadedFile(file, (text) => text, {
    warn: (message) => void told.push(message),
    stands: (path, isInForce) => path === file && stands.push(isInForce),
  });
  writeFileSync(file, '');
  await until('it is told', () => reloaded.current === 'all' && told.length > 0);
  expect(told).toEqual([`file "${file}" cannot be used: it is empty; what it said before stays in force`]);
  writeFileSync(file, 'others');
  await until('it is read', () => reloaded.current === 'others');
  expect([stands[0], stands.at(-1)]).toEqual([false, true]);
});

// as a file that is mounted by itself does, it leads to what was there when it was opened
describeIf(process.platform === 'linux', 'no /proc: Linux')('one that is mounted by itself', () => {
  it('and replaced outside is not seen in here, and that is told', async () => {
    const [file, other] = [join(folder, 'outside.json'), join(folder, 'other.json')];
    writeFileSync(file, 'ana');
    const opened = openSync(file, 'r');
    const told: string[] = [];
    try {
      const path = `/proc/self/fd/${opened}`;
      const reloaded = new ReloadedFile(path, (text) => text, { warn: (message) => void told.push(message) });
      writeFileSync(other, 'nobody');
      renameSync(other, file);
      await until('it is told', () => reloaded.current === 'ana' && told.length > 0);
      expect(reloaded.look()).toBe(false);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/mounted by itself.*Mount its folder.*what it said before stays in force$/);
    } finally {
      closeSync(opened);
    }
  });
});

it('a folder in its place is refused, and nobody loses rights on it', () => {
  const path = join(folder, 'folder');
  mkdirSync(path, { mode: 0o755 });
  expect(() => new ReloadedFile(path, (text) => text, { warn: () => undefined }, { isSecret: true })).toThrow(
    /cannot be used: EISDIR/,
  );
  expect(statSync(path).mode & 0o777).toBe(0o755);
});
