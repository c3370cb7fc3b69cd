import { createHash } from 'node:crypto';
import type { StoredEvent } from './event-store.js';
import { digestOf } from './hash.js';

/** How much was copied, and a hash that stands for it. */
export interface Copied {
  events: number;
  sha256: string;
}

/** Chain over what events are, wherever they are stored; positions differ between stores. */
export class LogDigest {
  events = 0;
  private value = '';
  add({ stream, version, id, type, data, meta }: Omit<StoredEvent, 'position'>): void {
    this.events++;
    this.value = createHash('sha256')
      .update(this.value + digestOf({ stream, version, id, type, data, meta }))
      .digest('hex');
  }
  get copied(): Copied {
    return { events: this.events, sha256: this.value };
  }
}
