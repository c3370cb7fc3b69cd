import { createHash } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { placeOf } from '@conclave/event-store';
import { fileOf } from '@conclave/event-store-sqlite';
import { sweepDrafts } from '@conclave/launch';
import { keepToItself } from '@conclave/node';
import type { Config } from './config.js';
import type { Logger } from './logger.js';

type Place = Pick<Config, 'store' | 'prefix'>;
const KINDS = ['snapshot', 'key', 'known', 'checkpoint', 'tokens'] as const;

/**
 * Where this server keeps a file of its own that belongs to its store; null for a store that ends with the
 * process.
 */
export function besideStore({ store, prefix }: Place, kind: (typeof KINDS)[number]): string | null {
  if (store === 'sqlite::memory:') return null;
  if (store.startsWith('sqlite:')) return `${store.slice('sqlite:'.length)}.${kind}`;
  return inData(`${placeOf(store)}\n${prefix}`, kind);
}

/**
 * Files of a time when their name had user, password and options in it: a new password must not lose the
 * signing key.
 */
export function takeAlong({ store, prefix }: Place): void {
  for (const kind of KINDS) {
    const [old, now] = [inData(`${store}\n${prefix}`, kind), besideStore({ store, prefix }, kind)!];
    if (existsSync(old) && !existsSync(now)) renameSync(old, now);
  }
}

/** Drafts of these files that a killed process left behind. */
export function sweep(place: Place): void {
  for (const kind of KINDS) {
    const path = besideStore(place, kind);
    if (path !== null) sweepDrafts(path, Date.now());
  }
}

/** What an earlier Conclave, a backup or a hand has made wider than it should be. */
export function protect({ store, prefix, tokens }: Place & Pick<Config, 'tokens'>, logger: Logger): void {
  const database =
    store.startsWith('sqlite:') && store !== 'sqlite::memory:' ? store.slice('sqlite:'.length) : null;
  const of = (path: string | null, ...ends: string[]) => (path === null ? [] : ends.map((end) => path + end));
  const kept = KINDS.filter((kind) => kind !== 'key').map((kind) => besideStore({ store, prefix }, kind)); // a key's reader does it
  const log = of(database && fileOf(database), '-wal', '-shm'); // SQLite's
  const files = [...of(database, ''), ...log, ...kept.flatMap((path) => of(path, '', '.new-terms'))];
  for (const path of [...files, tokens ?? '']) keepToItself(path, (message) => logger.warn(message));
}

const inData = (name: string, kind: string): string =>
  join('data', `esdb-${createHash('sha256').update(name).digest('hex').slice(0, 12)}.${kind}`);
