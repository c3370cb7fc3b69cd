import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** What waits for a reader; more is lost. */
const MOST_WAITING = 256 * 1024;
const AGAIN_MS = 20;
/** The last words of a process that ends, one after the other. */
const [LAST_TRIES, LAST_MS] = [10, 10];

/**
 * Writes in order, at once, and waits for nobody: a pipe that nobody reads (a hung log collector), or a terminal that was
 * stopped (Ctrl-S), must not stop a process on which a lease hangs (G2, G5). What cannot be written is lost, and counted.
 */
export class Output {
  private readonly own: number;
  private waiting: Uint8Array[] = [];
  private bytes = 0;
  private lost = 0;
  private timer: NodeJS.Timeout | undefined;

  /** `telling`: what is said, once there is room again, of so many lines that were lost. */
  constructor(
    fd: number,
    private readonly telling: (lines: number) => string,
  ) {
    this.own = reopened(fd);
    process.once('exit', () => this.flush());
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.bytes + bytes.length > MOST_WAITING) this.lost++;
    else {
      this.waiting.push(bytes);
      this.bytes += bytes.length;
    }
    this.go();
  }

  /** Before a process ends by a signal of its own. */
  flush(): void {
    for (let tries = 0; !this.go() && tries < LAST_TRIES; tries++)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_MS);
  }

  /** False if there is no room. */
  private go(): boolean {
    clearTimeout(this.timer);
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      const written = this.put(next);
      this.bytes -= written;
      if (written === next.length) this.waiting.shift();
      else {
        this.waiting[0] = next.subarray(written);
        this.timer = setTimeout(() => this.go(), AGAIN_MS).unref();
        return false;
      }
    }
    if (this.lost === 0) return true;
    const told = Buffer.from(this.telling(this.lost));
    this.lost = 0;
    this.waiting.push(told);
    this.bytes += told.length;
    return this.go();
  }

  private put(bytes: Uint8Array): number {
    try {
      return writeSync(this.own, bytes);
    } catch (error) {
      // nobody will ever read it, or a disk is full: the rest goes on
      return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : bytes.length;
    }
  }
}

/**
 * The same pipe or terminal as an open file of its own: not to wait is a property of that, and others (programs that were
 * started with it) share the first. Where there is no such thing, what was given.
 */
function reopened(fd: number): number {
  try {
    const stat = fstatSync(fd);
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
