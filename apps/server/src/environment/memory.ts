import { totalmem } from 'node:os';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

const LOOK_MS = 100;
const MIB = 2 ** 20;
/** Young objects have spaces of their own, which fill and are emptied all the time. */
const YOUNG = /^new_/;

/**
 * What the old generation may have: when that is full V8 ends the process. Its statistics tell of it and the young one
 * together, which is 192 MiB of it on large machines, and a tenth where memory is short.
 */
export function heapLimit(
  { heap_size_limit: whole } = getHeapStatistics(),
  options = [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' '),
): number {
  const said = [...options.matchAll(/--max[-_]old[-_]space[-_]size[= ](\d+)/g)].at(-1)?.[1];
  return said === undefined ? whole - Math.min(192 * MIB, whole / 10) : Number(said) * MIB;
}

/** What a connection costs with TLS, outside of the heap; all together may take a third of what there is. */
const CONNECTION_BYTES = 65_536;

/** So many connections there is memory for, half of them from one address; never fewer than 100. */
export function connectionsIn(
  bytes = Math.min(process.constrainedMemory() || Infinity, totalmem()),
): Record<'all' | 'perClient', number> {
  const fit = bytes / 3 / CONNECTION_BYTES;
  const within = (most: number, share: number) => Math.max(100, Math.min(most, Math.floor(fit * share)));
  return { all: within(50_000, 1), perClient: within(10_000, 0.5) };
}

/** How much of its heap this process has used. */
export class Memory {
  private seenMs = -Infinity;
  private used = 0;
  private readonly most = heapLimit();

  /** 0 to 1. */
  share(): number {
    const nowMs = performance.now();
    if (nowMs - this.seenMs < LOOK_MS) return this.used;
    this.seenMs = nowMs;
    const old = getHeapSpaceStatistics().filter(({ space_name: name }) => !YOUNG.test(name));
    return (this.used = old.reduce((sum, { space_used_size: bytes }) => sum + bytes, 0) / this.most);
  }
}
