import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CHECKPOINT_TYPE,
  KeyLog,
  rootOfMarks,
  type ChainPiece,
  type GroupMark,
  type LinkedEvent,
} from '@conclave/audit';
import { GENESIS_HASH } from '@conclave/event-store';
import { signed, signingKey, type SigningKey } from '@conclave/node';
import { KeptLogs } from './kept-logs.js';
import { WitnessDesk } from './witness-desk.js';

// What a server says to a witness, out of turn, too late, or with the wrong key.

const AT = '2026-11-24T12:00:00.000Z';
const MARKS: GroupMark[] = [{ group: 'g', version: 3, head: 'a'.repeat(64) }];
let folder: string;
let kept: KeptLogs;
let desk: WitnessDesk;
let nowMs: number;
let said: string[];
let [own, other]: [SigningKey, SigningKey] = [null!, null!];
let keys: LinkedEvent[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-desk-'));
  kept = KeptLogs.open(folder);
  [own, other] = [await signingKey(null, null!), await signingKey(null, null!)];
  [nowMs, said, keys] = [Date.parse(AT), [], []];
  desk = new WitnessDesk(
    kept,
    await signingKey(null, null!),
    (words) => said.push(words),
    () => nowMs,
  );
  record({ type: 'SigningKeyPublished', data: { key: own.publicKey, replaces: null } });
});
afterEach(() => {
  kept.close();
  rmSync(folder, { recursive: true });
});

function record(event: Parameters<KeyLog['next']>[1]): void {
  const log = new KeyLog();
  for (const known of keys) log.take(known);
  const { type, data, meta } = log.next(
    'id',
    event,
    { at: AT, actor: 'operator:ana', reason: null },
    'e'.repeat(32),
  );
  keys.push({ version: keys.length + 1, type, data, meta } as LinkedEvent);
}
const log = () => keys[0]!.meta.hash as string;
const chain = (after = 0): ChainPiece => ({
  after,
  before: after === 0 ? GENESIS_HASH : (keys[after - 1]!.meta.hash as string),
  events: keys.slice(after),
});
const checkpointOf = async (marks: GroupMark[], key = own, at = AT) =>
  signed(key, CHECKPOINT_TYPE, {
    checkpoint: 1,
    at,
    events: marks.reduce((n, { version }) => n + version, 0),
    groups: marks.length,
    root: rootOfMarks(marks),
    instance: 'i',
  });
const met = async () => {
  const checkpoint = await checkpointOf(MARKS);
  await desk.extend(log(), { checkpoint, part: 0, keys: chain(), marks: MARKS });
  return desk.cosign(log(), { checkpoint, parts: 1 });
};
const no = (code: string, words: RegExp) => ({ code, message: expect.stringMatching(words) });

describe('the desk of a witness', () => {
  it('says the same again to whom its answer did not reach, and knows it after a restart', async () => {
    const reply = await met();
    expect(said).toEqual([`log ${log()}: first contact, taken as it is: 3 events of 1 groups`]);
    expect(await desk.cosign(log(), { checkpoint: await checkpointOf(MARKS), parts: 7 })).toEqual(reply);
    expect(desk.marks(log(), '')).toEqual({ root: rootOfMarks(MARKS), marks: MARKS, next: null });
    const known = desk.known(log());
    kept.close();
    writeFileSync(join(folder, `${log()}.log.ndjson.1.new`), 'killed while it wrote');
    kept = KeptLogs.open(folder);
    expect(readdirSync(folder).sort()).toEqual([`${log()}.log.ndjson`, 'lock']);
    desk = new WitnessDesk(kept, own, () => undefined);
    expect(desk.known(log())).toEqual(known);
  });

  it('what cannot be kept is not co-signed, and told once; it is when the disk takes it', async () => {
    const file = join(folder, `${log()}.log.ndjson`);
    mkdirSync(file);
    const full = no('full', /^what is known of it cannot be kept \(EISDIR\), so it is not co-signed$/);
    await expect(met()).rejects.toMatchObject(full);
    await expect(met()).rejects.toMatchObject(full);
    expect(said).toEqual([expect.stringContaining('cannot be kept')]);
    rmdirSync(file);
    await met();
    expect(desk.known(log()).groups).toBe(1);
  });

  it('what does not fit is refused as that also where it cannot be kept, told once, and kept when the disk takes it', async () => {
    await met();
    const refused = join(folder, `${log()}.refused.ndjson`);
    mkdirSync(refused);
    const checkpoint = await checkpointOf([...MARKS, { group: 'h', version: 1, head: 'b'.repeat(64) }]);
    const shown = async () =>
      expect(desk.cosign(log(), { checkpoint, parts: 0 })).rejects.toMatchObject(
        no('does-not-extend', /2 groups/),
      );
    await shown();
    await shown();
    expect(said.slice(1)).toEqual([
      expect.stringContaining('REFUSED: the checkpoint is of 2 groups'),
      expect.stringContaining('what was refused cannot be kept (EISDIR)'),
    ]);
    rmdirSync(refused);
    await shown();
    await shown();
    expect(readFileSync(refused, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(said).toHaveLength(3);
  });

  it('co-signs nothing whose root is another one, and forgets nothing over it', async () => {
    await met();
    const more = [...MARKS, { group: 'h', version: 1, head: 'b'.repeat(64) }];
    const checkpoint = await checkpointOf(more);
    await expect(desk.cosign(log(), { checkpoint, parts: 0 })).rejects.toMatchObject(
      no('does-not-extend', /^the checkpoint is of 2 groups, and 1 follow/),
    );
    expect(desk.known(log()).groups).toBe(1);
    expect(said.at(-1)).toMatch(/REFUSED: the checkpoint is of 2 groups/);
    const [line] = readFileSync(join(folder, `${log()}.refused.ndjson`), 'utf8').split('\n');
    expect(JSON.parse(line!)).toMatchObject({ at: AT, checkpoint });
  });

  it('a checkpoint is told in order and without long pauses, and on what is known then', async () => {
    await met();
    const again = no('begin-again', /./);
    const later = await checkpointOf(MARKS, own, '2026-11-24T12:01:00.000Z');
    await expect(desk.cosign(log(), { checkpoint: later, parts: 1 })).rejects.toMatchObject(again);
    await desk.extend(log(), { checkpoint: later, part: 0, groups: [] });
    await expect(desk.extend(log(), { checkpoint: later, part: 2 })).rejects.toMatchObject(again);
    await desk.extend(log(), { checkpoint: later, part: 0, groups: [] });
    nowMs += 61_000;
    const newer = await checkpointOf(MARKS, own, '2026-11-24T12:02:00.000Z');
    await desk.extend(log(), { checkpoint: newer, part: 0, groups: [] });
    await expect(desk.cosign(log(), { checkpoint: later, parts: 1 })).rejects.toMatchObject(again);
    const newest = await checkpointOf(MARKS, own, '2026-11-24T12:03:00.000Z');
    await desk.cosign(log(), { checkpoint: newest, parts: 0 });
    await expect(desk.cosign(log(), { checkpoint: newer, parts: 1 })).rejects.toMatchObject(again);
    expect(said.join()).not.toContain('REFUSED');
  });

  it('listens to nobody whose key is not in the record of keys', async () => {
    const strange = await checkpointOf(MARKS, other);
    const first = { checkpoint: strange, part: 0, keys: chain(), marks: MARKS };
    await expect(desk.extend(log(), first)).rejects.toMatchObject(no('key-refused', /is not in the log's/));
    await met();
    await expect(desk.cosign(log(), { checkpoint: strange, parts: 0 })).rejects.toMatchObject(
      no('key-refused', /is not in the log's record/),
    );
    const [head, , signature] = (await checkpointOf(MARKS, own, '2026-11-24T13:00:00.000Z')).split('.');
    const forged = [head, strange.split('.')[1], signature].join('.');
    await expect(desk.cosign(log(), { checkpoint: forged, parts: 0 })).rejects.toMatchObject(
      no('key-refused', /its signature is not of key/),
    );
    expect(said).toHaveLength(1); // anybody can send such
  });

  it('goes along with a rotation, and refuses what the old key signs once it is revoked', async () => {
    await met();
    const replaces = own.publicKey.kid;
    record({ type: 'SigningKeyPublished', data: { key: other.publicKey, replaces } });
    const rotated = await checkpointOf(MARKS, other);
    await desk.extend(log(), { checkpoint: rotated, part: 0, keys: chain(1) });
    await desk.cosign(log(), { checkpoint: rotated, parts: 1 });
    expect(desk.known(log())).toMatchObject({ checkpoint: rotated, keys: { version: 2 } });
    record({ type: 'SigningKeyRevoked', data: { kid: replaces, since: null } });
    const late = await checkpointOf(MARKS, own, '2026-11-24T12:05:00.000Z');
    await desk.extend(log(), { checkpoint: late, part: 0, keys: chain(2) });
    await expect(desk.cosign(log(), { checkpoint: late, parts: 1 })).rejects.toMatchObject(
      no('key-refused', /^the checkpoint does not count: key .* was revoked by operator:ana/),
    );
    expect(said.at(-1)).toMatch(/REFUSED: the checkpoint does not count/);
    expect(desk.known(log()).keys.version).toBe(2);
  });
});
