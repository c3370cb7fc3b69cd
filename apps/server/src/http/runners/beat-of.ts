import type { Auth, HeartbeatBody } from '@conclave/contract';
import type { Id } from '@conclave/election';
import type { Beat } from '@conclave/presence';

/** Each field by its name: copies of what is left over take a tenth of the time of a beat. */
export const beatOf = (
  group: Id,
  runner: Id,
  { incarnation, sequence, term, acked, released }: HeartbeatBody,
  secretHash: string | undefined,
  auth: Auth,
): Beat => ({ group, runner, incarnation, sequence, term, acked, released, secretHash, auth });
