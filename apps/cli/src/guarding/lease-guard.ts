import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { say } from '../remote/telling.js';

const PROGRAM = fileURLToPath(new URL('./lease-guard-program.js', import.meta.url));

/** Ends what works under a lease when that is over, also if this process is killed, stopped or stuck meanwhile (G2). */
export class LeaseGuard {
  private readonly child: ChildProcess;

  /** `file`: is taken away, too. `failed`: what is said if there is no guard. */
  constructor({ file, failed }: { file?: string; failed: string }) {
    const tell = (): void => say(failed);
    this.child = spawn(process.execPath, [PROGRAM, ...(file === undefined ? [] : [file])], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.child.on('error', tell);
    this.child.stdin!.on('error', tell);
    this.child.unref();
    (this.child.stdin as Socket).unref();
  }

  /** From now on it is the programs of this process group; 0: of none. */
  watch(group: number): void {
    this.child.stdin!.write(`group ${group}\n`);
  }

  /** In so many ms all of it ends, unless it is told anew. */
  tell(leftMs: number): void {
    this.child.stdin!.write(`left ${Math.max(0, Math.floor(leftMs))}\n`);
  }

  close(): void {
    this.child.kill('SIGKILL');
  }
}
