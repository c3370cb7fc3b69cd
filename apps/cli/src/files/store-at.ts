import { existsSync, readFileSync } from 'node:fs';
import { hasPassword, nameStore, type EventStore } from '@conclave/event-store';
import { bundledNode, isNewEnough, runOn, tooOld } from '@conclave/launch';
import { CliError } from '../remote/cli-error.js';

const NO_PASSWORD =
  'a password in --store is seen by everybody who lists processes. Put it into CONCLAVE_STORE, or name a file: CONCLAVE_STORE_FILE, or CONCLAVE_STORE_USER with CONCLAVE_STORE_PASSWORD_FILE.';

/** What a server that is started here goes by: the environment before the file that it names. Throws CliError. */
export async function serverEnvironment(): Promise<Record<string, string | undefined>> {
  const { CONCLAVE_SERVER_CONFIG: file, ...environment } = process.env;
  if (!file) return environment;
  const { settingsIn } = await import('@conclave/access');
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  try {
    const told = settingsIn(file, (key) => `CONCLAVE_${key.toUpperCase().replaceAll('-', '_')}`);
    return { ...told, ...Object.fromEntries(given) };
  } catch (error) {
    throw new CliError(2, `${(error as Error).message} (CONCLAVE_SERVER_CONFIG names it).`);
  }
}

/**
 * The store that was asked for, with the user that variables name, else that of a server that is started here. Rejects with
 * CliError, also for variables that do not fit.
 */
export async function storeAsked(option: string | undefined): Promise<string> {
  if (option !== undefined && hasPassword(option)) throw new CliError(2, NO_PASSWORD);
  if (option !== undefined && !option.startsWith('esdb')) return option; // it has no users
  const asked = option !== undefined && { CONCLAVE_STORE: option, CONCLAVE_STORE_FILE: undefined };
  const environment = { ...(await serverEnvironment()), ...asked };
  try {
    return nameStore(environment, (path) => readFileSync(path, 'utf8')) ?? 'sqlite:./data/conclave.db';
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
    process.noDeprecation = true; // DEP0123 of gRPC for an IP address is nothing that an operator can mend
    const { EsdbEventStore } = await import('@conclave/event-store-esdb');
    const { CONCLAVE_STREAM_PREFIX: prefix } = await serverEnvironment();
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
