import { getHeapStatistics } from 'node:v8';

const LOOK_MS = 100;

export const heapLimit = (): number => getHeapStatistics().heap_size_limit;

/** How much of its heap this process has used. */
export class Memory {
  private seenMs = -Infinity;
  private used = 0;

  /** 0 to 1. */
  share(): number {
    const nowMs = performance.now();
    if (nowMs - this.seenMs < LOOK_MS) return this.used;
    this.seenMs = nowMs;
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
    return (this.used = used / most);
  }
}
