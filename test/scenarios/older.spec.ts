import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyLog, LogVerifier, type PublicKey } from '@conclave/audit';
import { derivedUuid, randomSalt, randomUuid } from '@conclave/kernel';
import { LogDigest, saltsOf, Seal, type StoredEvent } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { wholeLog } from '@conclave/coordination';
import { importLog } from '../../apps/cli/src/copying/importing.js';
import { digestOfStore } from '../../apps/cli/src/files/log-copy.js';

// Histories that were written before events said what they follow from.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-older-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function exported(
  form: string,
  name: string,
  edit: (events: StoredEvent[]) => void = () => undefined,
): string {
  const lines = readFileSync(join('test/scenarios/older', form, name), 'utf8')
    .trimEnd()
    .split('\n');
  const events = lines.map((line) => JSON.parse(line) as StoredEvent).filter(({ stream }) => stream);
  edit(events);
  const file = join(folder, name);
  writeFileSync(file, form === 'form-1' ? firstExport(events) : [...secondExport(events)].join(''));
  return file;
}
/** Without a header, and lines as they came. */
function firstExport(events: StoredEvent[]): string {
  const digest = new LogDigest();
  for (const event of events) digest.add(event);
  return [...events, { footer: true, ...digest.copied }].map((line) => `${JSON.stringify(line)}\n`).join('');
}
function* secondExport(events: StoredEvent[]): Generator<string> {
  const seal = new Seal();
  yield seal.line({ export: 2 });
  for (const event of events) yield seal.line(event);
  yield seal.line({ footer: true, events: events.length, sha256: seal.sha256 });
}
const importing = async (file: string) => {
  const store = await SqliteEventStore.open(':memory:');
  try {
    const copied = await importLog(store, file, () => undefined);
    const events: StoredEvent[] = [];
    for await (const event of wholeLog(store)) events.push(event);
    return { copied, events, held: await digestOfStore(store) };
  } finally {
    await store.close();
  }
};
const LOGS = ['form-1', 'form-2'].flatMap((form) =>
  readdirSync(join('test/scenarios/older', form)).map((name): [string, string] => [form, name]),
);

describe.each(LOGS)('import of an older log: %s of %s', (form, name) => {
  it('brings it to the form of today, where it verifies and says on whose order what was done', async () => {
    const { copied, events, held } = await importing(exported(form, name));
    expect(held).toEqual(copied);
    const verifier = new LogVerifier();
    for (const event of events) verifier.take(event);
    const { log, groups } = verifier.finish();
    expect({ log, violations: groups.flatMap(({ violations }) => violations) }).toEqual({
      log: [],
      violations: [],
    });
    expect(groups.reduce((sum, one) => sum + one.events, 0)).toBeGreaterThanOrEqual(copied.events - 1); // and a key
    const revoked = events.filter(({ type }) => type === 'LeadershipRevoked');
    if (name !== 'restored.ndjson') expect(revoked.length).toBeGreaterThan(0);
    for (const { meta } of revoked) expect(meta).toHaveProperty('causedBy.actor');
  });

  it('people are named beside what is hashed, with one salt each in a group; repeating it changes nothing', async () => {
    const file = exported(form, name);
    const store = await SqliteEventStore.open(':memory:');
    try {
      const first = await importLog(store, file, () => undefined);
      expect(await importLog(store, file, () => undefined)).toEqual(first);
      const salts = new Map<string, Set<string>>();
      for await (const event of wholeLog(store)) {
        const { actor } = event.meta as { actor?: string };
        if (actor?.startsWith('operator:')) expect(saltsOf(event)).toHaveProperty([actor]);
        for (const [person, salt] of Object.entries(saltsOf(event))) {
          const known = `${person} in ${event.stream}`;
          salts.set(known, (salts.get(known) ?? new Set()).add(salt));
        }
      }
      expect(salts.size).toBeGreaterThan(0);
      for (const found of salts.values()) expect(found.size).toBe(1);
    } finally {
      await store.close();
    }
  });

  it('refuses what was changed, and writes nothing', async () => {
    const changed = exported(form, name, (events) => {
      const event = events.find(({ version, stream }) => version === 4 && stream.startsWith('group-'))!;
      Object.assign(event.meta, { actor: 'operator:mallory' });
    });
    await expect(importing(changed)).rejects.toThrow(
      /event 4 of group "[a-z-]+" cannot be migrated: its hash does not fit/,
    );
  });
});

it('what a server of today wrote behind an older log, which it could not read, is brought along', async () => {
  const [one, two] = ['one', 'two'].map((kid): PublicKey => {
    return { kty: 'OKP', crv: 'Ed25519', x: kid, kid, alg: 'EdDSA', use: 'sig' };
  });
  const at = '2026-11-29T13:47:10.278Z';
  const file = exported('form-1', 'lease-group.ndjson', (events) => {
    const place = { stream: 'keys', position: '0', type: 'SigningKeyPublished' };
    events.unshift({ ...place, version: 1, id: derivedUuid('k', 1), data: { key: one }, meta: { v: 1 } });
    const today = new KeyLog();
    const write = (key: PublicKey, replaces: string | null, actor: string) => {
      const told = { type: 'SigningKeyPublished', data: { key, replaces } } as const;
      const event = today.next(randomUuid(), told, { at, actor, reason: null }, randomSalt());
      const [stored, version] = [
        structuredClone(event),
        events.filter(({ stream }) => stream === 'keys').length + 1,
      ];
      events.push({ ...place, position: `${1_000_000 + version}`, version, ...stored });
      today.take({ ...stored, version: today.version + 1 });
    };
    write(one!, null, 'system:server');
    write(two!, 'one', 'claimed:ana');
  });
  const { copied, events, held } = await importing(file);
  expect(held).toEqual(copied);
  const keys = events.filter(({ stream }) => stream === 'keys');
  expect(keys.map(({ version, data }) => [version, data])).toEqual([
    [1, { key: one, replaces: null }],
    [2, { key: two, replaces: 'one' }],
  ]);
  const verifier = new LogVerifier();
  for (const event of events) verifier.take(event);
  expect(verifier.finish().log).toEqual([]);
});
