import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { changeTokens, makeToken, readTokens } from '@conclave/access';
import { describeIf } from '@conclave/processes';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'conclave-token-store-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const anaToken = () =>
  makeToken({
    name: 'ana',
    grants: [{ role: 'admin', groups: ['*'] }],
    createdAt: '2026-11-29T00:00:00.000Z',
    expiresAt: null,
  }).kept;

it('a link stays one: what is changed over it is what is read at its other end, also by two people at once', async () => {
  const [path, link] = [join(folder, 'tokens.json'), join(folder, 'link.json')];
  symlinkSync('tokens.json', link);
  const nowhere = 'it is a link to "tokens.json", which is not there';
  expect(() => readTokens(link)).toThrow(nowhere);
  await expect(changeTokens(link, () => 0)).rejects.toThrow(nowhere);
  const kept = Array.from({ length: 8 }, anaToken);
  await changeTokens(path, () => 0);
  await Promise.all(
    kept.map(async (one, n) => changeTokens(n % 2 ? path : link, (tokens) => void tokens.set(one.id, one))),
  );
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([...readTokens(path).keys()].sort()).toEqual(kept.map(({ id }) => id).sort());
});

it('what never ends is no file of tokens', async () => {
  const full = 'it is a pipe or a device, not a file';
  expect(() => readTokens('/dev/zero')).toThrow(full);
  const pipe = join(folder, 'tokens.json');
  execFileSync('mkfifo', [pipe]);
  expect(() => readTokens(pipe)).toThrow(full);
  await expect(changeTokens(pipe, () => 0)).rejects.toThrow(full);
});

describeIf(process.getuid?.() === 0, 'needs root')('a file of tokens that root changes', () => {
  const SERVER = 65_534;
  it.each([
    ['is read by the server whose it is', SERVER, 0o600, 0o600],
    ['is read by the group that it was given to', 0, 0o640, 0o640],
    ['is given to nobody else', SERVER, 0o666, 0o640],
  ])('%s, as before: a token that is revoked must not count on', async (_, uid, mode, then) => {
    const path = join(folder, 'tokens.json');
    const kept = anaToken();
    const add = async () => changeTokens(path, (tokens) => void tokens.set(kept.id, kept));
    await add();
    expect(statSync(path)).toMatchObject({ uid: 0 });
    chownSync(path, uid, SERVER);
    chmodSync(path, mode);
    await add();
    const found = statSync(path);
    expect([found.uid, found.gid, found.mode & 0o777]).toEqual([uid, SERVER, then]);
  });

  it("is the server's from the start in the server's folder, whoever makes the first token", async () => {
    chownSync(folder, SERVER, SERVER);
    chmodSync(folder, 0o755);
    const path = join(folder, 'tokens.json');
    await changeTokens(path, () => 0);
    const { uid, gid, mode } = statSync(path);
    expect([uid, gid, mode & 0o777]).toEqual([SERVER, SERVER, 0o600]);
  });
});
