import { StoreUnusable } from './errors.js';

/** Variables that name a store; secrets come from files, which containers mount and `ps` does not show. */
export const STORE_VARIABLES = [
  'CONCLAVE_STORE',
  'CONCLAVE_STORE_FILE',
  'CONCLAVE_STORE_USER',
  'CONCLAVE_STORE_PASSWORD_FILE',
] as const;
export type StoreVariables = Partial<Record<(typeof STORE_VARIABLES)[number], string | undefined>>;

/** Put before every stream name in EventStoreDB, unless somebody says otherwise. */
export const DEFAULT_PREFIX = 'conclave.';

const SCHEME = /^(esdb(?:\+discover)?:\/\/)(?:([^@?]*)@)?(.*)$/;

/** Text of a file; throws if it cannot be read. */
type Read = (path: string) => string;

/**
 * The store that the environment names, credentials included; null if it names none. Throws {@link
 * StoreUnusable}.
 */
export function nameStore(environment: StoreVariables, read: Read): string | null {
  const {
    CONCLAVE_STORE: direct,
    CONCLAVE_STORE_FILE: file,
    CONCLAVE_STORE_USER: user,
    CONCLAVE_STORE_PASSWORD_FILE: passwordFile,
  } = environment;
  if (direct && file)
    throw new StoreUnusable('CONCLAVE_STORE and CONCLAVE_STORE_FILE are both set. Set one of them.');
  const name = file ? contentOf('CONCLAVE_STORE_FILE', file, read) : (direct ?? null);
  if (!user && !passwordFile) return name;
  if (!user || !passwordFile)
    throw new StoreUnusable(
      'CONCLAVE_STORE_USER and CONCLAVE_STORE_PASSWORD_FILE belong together. Set both.',
    );
  const [, scheme, given, rest] = SCHEME.exec(name ?? '') ?? [];
  if (!scheme)
    throw new StoreUnusable(
      'CONCLAVE_STORE_USER is for EventStoreDB only: CONCLAVE_STORE must begin with esdb:// or esdb+discover://.',
    );
  if (given !== undefined)
    throw new StoreUnusable(
      'CONCLAVE_STORE has a user already. Take it out there, or leave out CONCLAVE_STORE_USER.',
    );
  const password = contentOf('CONCLAVE_STORE_PASSWORD_FILE', passwordFile, read);
  return `${scheme}${encodeURIComponent(user)}:${encodeURIComponent(password)}@${rest}`;
}

function contentOf(variable: string, path: string, read: Read): string {
  let text: string;
  try {
    text = read(path).trim();
  } catch (error) {
    throw new StoreUnusable(`${variable}="${path}" cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (text === '') throw new StoreUnusable(`${variable}="${path}" is empty`);
  return text;
}

/**
 * Which store a name means: without user, password and options, which may change while it stays the same
 * store.
 */
export function placeOf(name: string): string {
  const [, scheme, , rest] = SCHEME.exec(name) ?? [];
  return scheme ? `${scheme}${rest!.replace(/\/?(\?.*)?$/, '')}` : name;
}

/** True if a password stands in it. */
export const hasPassword = (name: string): boolean => (SCHEME.exec(name)?.[2] ?? '').includes(':');
