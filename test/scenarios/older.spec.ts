import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupVerifier } from '@conclave/audit';
import { LogDigest, type StoredEvent } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { digestOfStore, importLog } from '../../apps/cli/src/files/log-copy.js';

// Histories that were written before events said what they follow from.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-older-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function exported(name: string, edit: (events: StoredEvent[]) => void = () => undefined): string {
  const lines = readFileSync(join('test/scenarios/older', name), 'utf8').trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as StoredEvent).filter(({ stream }) => stream);
  edit(events);
  const digest = new LogDigest();
  for (const event of events) digest.add(event);
  const file = join(folder, name);
  const all = [...events, { footer: true, ...digest.copied }];
  writeFileSync(file, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}
const importing = async (file: string) => {
  const store = await SqliteEventStore.open(':memory:');
  try {
    const copied = await importLog(store, file, () => undefined);
    const events: StoredEvent[] = [];
    for await (const event of store.read(`group-${group}`)) events.push(event);
    return { copied, events, held: await digestOfStore(store) };
  } finally {
    await store.close();
  }
};
let group = '';

describe.each(readdirSync('test/scenarios/older'))('import of an older log: %s', (name) => {
  beforeAll(() => {
    group = name.replace('.ndjson', '');
  });

  it('brings it to the form of today, where it verifies and says on whose order what was done', async () => {
    const { copied, events, held } = await importing(exported(name));
    expect(held).toEqual(copied);
    const verifier = new GroupVerifier(group);
    for (const event of events) verifier.takeStored(event);
    expect(verifier.finish()).toMatchObject({ ok: true, events: copied.events, violations: [] });
    const revoked = events.filter(({ type }) => type === 'LeadershipRevoked');
    expect(revoked.length).toBeGreaterThan(0);
    for (const { meta } of revoked) expect(meta).toHaveProperty('causedBy.actor');
  });

  it('refuses what was changed, and writes nothing', async () => {
    const changed = exported(name, (events) => Object.assign(events[3]!.meta, { actor: 'operator:mallory' }));
    await expect(importing(changed)).rejects.toThrow(
      `event 4 of group "${group}" cannot be migrated: its hash does not fit`,
    );
  });
});
