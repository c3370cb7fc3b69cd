import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { say } from '../remote/telling.js';

const PROGRAM = fileURLToPath(new URL('./lease-guard-program.js', import.meta.url));
/** One that ends again and again is begun no more often than this. */
const AGAIN_MS = 1_000;

/** Ends what works under a lease when that is over, also if this process is killed, stopped or stuck meanwhile (G2). */
export class LeaseGuard {
  private child: ChildProcess;
  private isClosed = false;
  private session = 0;
  private begunMs = 0;
  private left: { ms: number; atMs: number } | null = null;

  /** `file`: is taken away, too. `failed`: what is said while there is no guard. */
  constructor(private readonly of: { file?: string; failed: string }) {
    this.child = this.begun();
  }

  private begun(): ChildProcess {
    this.begunMs = performance.now();
    const { file, failed } = this.of;
    const tell = (): void => say(failed);
    const child = spawn(process.execPath, [PROGRAM, ...(file === undefined ? [] : [file])], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    child.on('error', () => this.replace(child));
    child.on('exit', () => this.replace(child));
    child.unref();
    child.stdin?.on('error', tell); // there is none if it could not be begun
    (child.stdin as Socket | null | undefined)?.unref();
    return child;
  }

  /** It was killed, or could not be begun: the next one is told what that one knew. */
  private replace(gone: ChildProcess): void {
    if (this.isClosed || gone !== this.child) return;
    say(`${this.of.failed} (its guard was ended; another one begins)`);
    const waitMs = this.begunMs + AGAIN_MS - performance.now();
    if (waitMs <= 0) return this.beginAgain();
    setTimeout(() => this.beginAgain(), waitMs).unref();
  }

  private beginAgain(): void {
    if (this.isClosed) return;
    this.child = this.begun();
    this.watch(this.session);
    if (this.left) this.tell(this.left.ms - (performance.now() - this.left.atMs));
  }

  /** From now on it is the programs of this session; 0: of none. */
  watch(session: number): void {
    this.session = session;
    this.child.stdin?.write(`session ${session}\n`);
  }

  /** In so many ms all of it ends, unless it is told anew. */
  tell(leftMs: number): void {
    this.left = { ms: leftMs, atMs: performance.now() };
    this.child.stdin?.write(`left ${Math.max(0, Math.floor(leftMs))}\n`);
  }

  close(): void {
    this.isClosed = true;
    this.child.kill('SIGKILL');
  }
}
