import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * A name of this process's own for what is to become a file: two commands that make the same one do not write into each
 * other's. What was left by those that were killed is removed.
 */
export function draftNameOf(file: string): string {
  const [folder, name] = [dirname(file), basename(file)];
  for (const one of readdirSync(folder)) {
    const pid = one.startsWith(name) ? /^\.(\d+)\.part$/.exec(one.slice(name.length))?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, one), { force: true });
  }
  return `${file}.${process.pid}.part`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's
  }
}
