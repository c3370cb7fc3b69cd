import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateKey } from '@conclave/node';
import { until } from '@conclave/processes';
import { World, type Server } from './node.fixture.js';

let w: World;
let restored: World | null = null;
let folder: string;
beforeEach(async () => {
  w = await World.open();
  folder = mkdtempSync(join(tmpdir(), 'conclave-keys-'));
});
afterEach(async () => {
  await w.close();
  await restored?.close();
  restored = null;
  rmSync(folder, { recursive: true });
});

const kidOf = ({ node }: Server): string => node.signingKey.publicKey.kid;
const isKnown = (at: Server, kid: string) => at.node.keys.set.keys.some((key) => key.kid === kid);
const revokeAt = async ({ node }: Server, kid: string): Promise<void> => {
  await until('the key is read', () => node.keys.keyOf(kid) !== undefined);
  await node.keys.revoke(kid, null, { actor: 'operator:ana', reason: 'stolen' });
};

it('a server whose key is revoked at another one signs with a new one, and says so', async () => {
  const [one, two] = [await w.server('s1'), await w.server('s2', w.otherStore())];
  const lost = kidOf(two);
  await revokeAt(one, lost);
  await until('it has another one', async () => {
    await w.pass(50);
    return kidOf(two) !== lost && isKnown(one, kidOf(two));
  });
  expect(isKnown(two, lost)).toBe(false);
  expect(two.problems).toEqual([expect.stringContaining(`key ${lost}, which this server signed with, was`)]);
  expect(one.problems).toEqual([]);
});

it('so does one that was down meanwhile, with the revoked key beside its store', async () => {
  const fileOf = (kind: string) => join(folder, kind);
  const one = await w.server('s1');
  const two = await w.server('s2', w.otherStore(), fileOf);
  const lost = kidOf(two);
  await until('its key is read', () => isKnown(one, lost));
  await two.stop();
  await revokeAt(one, lost);
  const again = await w.server('s2', w.otherStore(), fileOf);
  await until('it has another one', () => kidOf(again) !== lost && isKnown(one, kidOf(again)));
  const third = await w.server('s3', w.otherStore(), fileOf);
  expect(kidOf(third)).toBe(kidOf(again)); // kept
});

/** Where no file can be made any more: its folder is gone, and something else is in its place. */
function unwritable(fileOf: (kind: string) => string): void {
  rmSync(fileOf('.'), { recursive: true });
  writeFileSync(fileOf('.'), '');
}
/** What has its name cannot be replaced, as a file that is mounted there. */
function irreplaceable(fileOf: (kind: string) => string): void {
  rmSync(fileOf('key'));
  mkdirSync(fileOf('key'));
}

it.each([
  ['no file can be made any more', unwritable],
  ['what has its name cannot be replaced', irreplaceable],
])(
  'one that cannot keep another key signs with that all the same, and publishes no more than one: %s',
  async (_, spoil) => {
    const fileOf = (kind: string) => join(folder, 'data', kind);
    const [one, two] = [await w.server('s1'), await w.server('s2', w.otherStore(), fileOf)];
    const lost = kidOf(two);
    spoil(fileOf);
    await revokeAt(one, lost);
    await until('it has another one', async () => {
      await w.pass(500);
      return kidOf(two) !== lost && isKnown(one, kidOf(two));
    });
    await w.pass(11_000);
    expect(one.node.keys.set.keys).toHaveLength(2);
    expect(two.problems).toContainEqual(
      expect.stringContaining('the signing key cannot be kept, a restart will make another'),
    );
  },
);

/** Orders another key of a server whose files were spoilt so: it is refused, and says why; the key stays. */
async function rotateInVain(spoil: typeof unwritable, fileOf: (kind: string) => string): Promise<Server> {
  const one = await w.server('s1', w.store, fileOf);
  const before = kidOf(one);
  spoil(fileOf);
  await expect(rotateKey(one.node, { actor: 'operator:ana', reason: 'yearly' })).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.stringContaining('the new key cannot be kept ('),
  });
  expect(kidOf(one)).toBe(before);
  return one;
}

it('a new key that cannot be kept is not published: the order is refused, and says why', async () => {
  const one = await rotateInVain(unwritable, (kind) => join(folder, 'data', kind));
  expect(one.node.keys.set.keys).toHaveLength(1);
});

it('so is one where it is only known when its file is put in place', async () => {
  const fileOf = (kind: string) => join(folder, 'data', kind);
  await rotateInVain(irreplaceable, fileOf);
  expect(readdirSync(fileOf('.')).filter((name) => name.endsWith('.new'))).toEqual([]);
});

it('a key that could not be published is, as soon as the store takes it', async () => {
  const own = w.otherStore();
  own.refusesAppends = true;
  const one = await w.server('s1', own);
  await until('it says so', () => one.problems.some((problem) => problem.includes('could not be published')));
  own.refusesAppends = false;
  const two = await w.server('s2');
  await until('it is known', async () => {
    await w.pass(500);
    return isKnown(two, kidOf(one));
  });
});

it('a key that was revoked in a part of the log that is lost does not come back with the backup', async () => {
  const fileOf = (kind: string) => join(folder, kind);
  const one = await w.server('s1', w.store, fileOf);
  await w.ledPair(one);
  const two = await w.server('s2', w.otherStore());
  const { publicKey } = two.node.signingKey;
  await revokeAt(one, publicKey.kid);
  await until('it is read', () => !isKnown(one, publicKey.kid));
  await one.stop();
  one.node.known.tick(w.clock.monotonicMs(), true);
  const there = (restored = await World.open());
  const older = await there.server('s0');
  await older.node.keys.publish(publicKey, null, { actor: 'system:server', reason: null });
  const again = there.servers.begin(there.otherStore(), there.clock, 's1', fileOf);
  await until('it is stopped', () => again.node.tail.isHeld);
  again.node.review.accept({ by: 'operator:ana', reason: 'restored', correlationId: 'c' });
  await until('it goes on', async () => {
    await there.pass(500);
    return again.node.tail.isCaughtUp;
  });
  expect(again.node.keys.keyOf(publicKey.kid)).toMatchObject({ revoked: null });
  expect([isKnown(again, publicKey.kid), isKnown(older, publicKey.kid)]).toEqual([false, true]);
  expect(again.node.keys.known.map(({ kid }) => kid)).not.toContain(publicKey.kid);
  expect(again.problems).toContainEqual(
    expect.stringContaining(`key ${publicKey.kid} was revoked in what the log`),
  );
  expect(again.node.keys.toRemember.revoked).toEqual([publicKey.kid]);
});
