import { afterEach, beforeEach } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeAppends } from '@conclave/event-store';
import { World } from '../../spec/node.fixture.js';

let worlds: World[];
let folder: string;
beforeEach(() => {
  worlds = [];
  folder = mkdtempSync(join(tmpdir(), 'conclave-review-'));
});
afterEach(async () => {
  await Promise.all(worlds.map(async (w) => w.close()));
  rmSync(folder, { recursive: true });
});

/** One more; all end with the test. */
export async function world(): Promise<World> {
  const opened = await World.open();
  worlds.push(opened);
  return opened;
}

/** One whose log is that of another up to this version of its group. */
export const copied = async (from: World, upTo: number): Promise<World> => {
  const w = await world();
  for (const stream of ['keys', 'group-g'])
    for await (const { events } of wholeAppends(from.store.read(stream)))
      if (stream === 'keys' || events.at(-1)!.version <= upTo)
        await w.store.append(stream, events[0]!.version - 1, events);
  return w;
};

/** What a server keeps until the end of the test, and the next one of that name finds. */
export const fileOf = (kind: string): string => join(folder, kind);
export const filesOf = (id: string) => (kind: string) => fileOf(`${id}.${kind}`);
