/** Whom a request comes from is not known. */
export class AccessRefused extends Error {
  constructor(
    readonly code: 'unauthenticated' | 'issuer-unavailable',
    message: string,
    /** By keys that stand in the log: whoever has not read all of it may know too few. */
    readonly isByLog = false,
  ) {
    super(message);
  }
}

export const unauthenticated = (why: string): AccessRefused =>
  new AccessRefused('unauthenticated', `${why}.`);
