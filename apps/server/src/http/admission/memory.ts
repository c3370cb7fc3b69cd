import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

const LOOK_MS = 100;
/** Above it what lies outside the heap counts, too. */
const TIGHT = 0.92;

export const heapLimit = (): number => getHeapStatistics().heap_size_limit;

/** What this process may have, also in a container. */
function mostBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** How much of its memory this process has used. */
export class Memory {
  private readonly most = mostBytes();
  private seenMs = -Infinity;
  private used = 0;

  /** 0 to 1: of the heap; of all memory if that is nearly full. */
  share(): number {
    const nowMs = performance.now();
    if (nowMs - this.seenMs < LOOK_MS) return this.used;
    this.seenMs = nowMs;
    const { used_heap_size: used, heap_size_limit: most, total_physical_size: had } = getHeapStatistics();
    // V8 gives hardly anything back: what it has and does not use is free, or a busy minute would be refused for ever
    const all = (process.memoryUsage.rss() - Math.max(0, had - used)) / this.most;
    return (this.used = Math.max(used / most, all > TIGHT ? all : 0));
  }
}
