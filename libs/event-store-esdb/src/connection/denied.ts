import { StoreUnusable } from '@conclave/event-store';
import type { Asked } from './failures.js';

export const UNAUTHENTICATED = 16;

/** The least that Conclave needs, as tried on a real server; docs/eventstoredb.md shows how to give it. */
const RIGHTS =
  'It must read $all, and on streams of this prefix read, write, read metadata and write metadata ($r $w $mr $mw)';

export function denied(code: unknown, { what, stream }: Asked, cause: unknown): StoreUnusable {
  if (code === UNAUTHENTICATED) {
    const advice =
      'Put user:password@ into the connection string (percent-encoded), or set CONCLAVE_STORE_USER and CONCLAVE_STORE_PASSWORD_FILE';
    return new StoreUnusable(
      `EventStoreDB does not know this user, or the password is wrong (${what} "${stream}"). ${advice}.`,
      { cause },
    );
  }
  return new StoreUnusable(
    `EventStoreDB denied access for ${what} "${stream}": the user lacks a right, or none is named. ${RIGHTS}.`,
    { cause },
  );
}
