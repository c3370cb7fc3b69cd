import { existsSync, readFileSync } from 'node:fs';
import { hasPassword, nameStore, type EventStore } from '@conclave/event-store';
import { bundledNode, isNewEnough, runOn, tooOld } from '@conclave/launch';
import { CliError } from '../remote/cli-error.js';

const NO_PASSWORD =
  'a password in --store is seen by everybody who lists processes. Put it into CONCLAVE_STORE, or name a file: CONCLAVE_STORE_FILE, or CONCLAVE_STORE_USER with CONCLAVE_STORE_PASSWORD_FILE.';

/** The store that was asked for, else that of the environment. Throws CliError, also for variables that do not fit. */
export function storeAsked(option: string | undefined): string {
  if (option !== undefined && hasPassword(option)) throw new CliError(2, NO_PASSWORD);
  if (option !== undefined) return option;
  try {
    return nameStore(process.env, (path) => readFileSync(path, 'utf8')) ?? 'sqlite:./data/conclave.db';
  } catch (error) {
    throw new CliError(3, (error as Error).message);
  }
}

/**
 * The store that a CONCLAVE_STORE value names. Rejects with a StoreError whose message says what to do.
 * Drivers are loaded only here: everything else of the command line runs on an older Node too, which has no
 * SQLite.
 */
export async function storeAt(name: string, mustExist = false): Promise<EventStore> {
  if (!name.startsWith('sqlite:')) {
    const { EsdbEventStore } = await import('@conclave/event-store-esdb');
    const prefix = process.env.CONCLAVE_STREAM_PREFIX;
    return EsdbEventStore.open({ connectionString: name, ...(prefix && { prefix }) });
  }
  const file = name.slice('sqlite:'.length);
  if (mustExist && !existsSync(file))
    throw new CliError(3, `there is no database "${file}" to read. --store or CONCLAVE_STORE names another.`);
  if (!isNewEnough()) return onNewerNode();
  const { SqliteEventStore } = await import('@conclave/event-store-sqlite');
  return SqliteEventStore.open(file);
}

/**
 * Begins this command again on the Node that came along; nothing has happened yet. Rejects with CliError if
 * there is none.
 */
export async function onNewerNode(): Promise<never> {
  const node = bundledNode(import.meta.url);
  if (!node) throw new CliError(3, tooOld());
  runOn(node);
  return new Promise(() => undefined); // it ends with the other one
}
