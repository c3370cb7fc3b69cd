import type { KeysReply } from '@conclave/contract';
import { ask } from './ask.js';

/** Which log the server reads: as long as it is the same, none of its keys is gone. */
export class KnownLog {
  private kids: readonly unknown[] = [];

  /** False: it is another one than the last time, whose positions mean nothing here. */
  async isSame(signal: AbortSignal): Promise<boolean> {
    const { keys, revoked } = await ask<KeysReply>('/v1/keys', { signal });
    const now = [...keys, ...revoked.map(({ key }) => key)].map(({ kid }) => kid);
    const isSame = this.kids.every((kid) => now.includes(kid));
    this.kids = now;
    return isSame;
  }
}
