/** Whom a request comes from is not known. */
export class AccessRefused extends Error {
  constructor(
    readonly code: 'unauthenticated' | 'issuer-unavailable',
    message: string,
  ) {
    super(message);
  }
}

export const unauthenticated = (why: string): AccessRefused =>
  new AccessRefused('unauthenticated', `${why}.`);
