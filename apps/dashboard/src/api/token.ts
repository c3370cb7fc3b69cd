// A token is kept in memory only: whoever opens the page later, or reads the disk, finds none.

let token: string | null = null;
let isWanted = false;
let isRefused = false;
const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};

export const isSignedIn = (): boolean => token !== null;
/** The server asks who this is, and takes nothing that was shown so far. */
export const isTokenWanted = (): boolean => isWanted;

/** What a header can carry; anything else would look as if the server did not answer. */
const TOKEN = /^[\u0021-\u007e]+$/;

export function signIn(given: string): void {
  const text = given.trim();
  isRefused = !TOKEN.test(text);
  if (!isRefused) {
    token = text;
    isWanted = false;
  }
  tell();
}

export function signOut(): void {
  isRefused = false;
  token = null;
  isWanted = true;
  tell();
}

/** A token was shown, and did not count. */
export const wasRefused = (): boolean => isRefused;

/** The server answered 401. */
export function wantToken(): void {
  if (isWanted) return;
  isRefused = token !== null;
  token = null;
  isWanted = true;
  tell();
}

export function onToken(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const NAME = 'conclave-name';
let claimed = '';
/** Null: a browser that lets this page keep nothing. */
function kept(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
/** What somebody calls himself where nobody has to prove it; a token says it better. */
export const claimedName = (): string => kept()?.getItem(NAME) ?? claimed;
const NAMED = /^[A-Za-z0-9._@+-]{1,127}$/;
/** False: nobody can be called so, and it is not kept. */
export function claimName(name: string): boolean {
  const text = name.trim();
  const canBe = text === '' || NAMED.test(text);
  if (canBe) {
    claimed = text;
    kept()?.setItem(NAME, text);
  }
  return canBe;
}

export const credentials = (): Record<string, string> => {
  if (token !== null) return { authorization: `Bearer ${token}` };
  const name = claimedName();
  return NAMED.test(name) ? { 'x-conclave-actor': name } : {};
};
