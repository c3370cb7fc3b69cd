import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { KEYS_STREAM } from '@conclave/audit';
import type { EventStore } from '@conclave/event-store';
import { readMarks, withKept, type LogMarks } from '../log/marks.js';

const KNOWN = '.known';

/**
 * What was known of this very log under another name, and what `groups` has: a backup is restored into another file, or into a
 * database at another address, and what is known is kept by the store's name. Its keys tell of which log it is: they stand in
 * no other one. Null if there is nothing, or a file of its own. Where events stand may differ in a copy: no anchors. Rejects with a StoreError.
 */
export async function knownElsewhere(
  path: string,
  store: Pick<EventStore, 'read'>,
  groups: LogMarks['groups'],
  problem: (message: string) => void,
): Promise<Pick<LogMarks, 'groups' | 'keys'> | null> {
  const others = [...othersBeside(path, problem)];
  if (others.length === 0) return null;
  const kids = new Set<unknown>();
  for await (const { data } of store.read(KEYS_STREAM))
    kids.add((data as { key?: { kid?: unknown } }).key?.kid);
  const same = others.filter(([, { keys }]) => keys.some(({ kid }) => kid !== undefined && kids.has(kid)));
  if (same.length === 0) return null;
  const files = same.map(([file]) => file);
  problem(`this log is known from ${files.join(', ')}, and is compared with that`);
  return { groups: files.reduce(withKept, groups), keys: same.flatMap(([, { keys }]) => keys) };
}

function* othersBeside(path: string, problem: (message: string) => void): Generator<[string, LogMarks]> {
  const folder = dirname(path);
  if (existsSync(path) || !existsSync(folder)) return;
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(KNOWN) || name === basename(path)) continue;
    try {
      const marks = readMarks(join(folder, name));
      if (marks) yield [join(folder, name), marks];
    } catch (error) {
      problem(`what another store is known by is left out: ${(error as Error).message}`);
    }
  }
}
