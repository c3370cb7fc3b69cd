import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is left of 63 characters for the name of the machine. */
const HOST_MOST = 50;
const FOLDER_DIGITS = 6;

/** As much of it as may stand in an id. */
export const idOf = (text: string, most = 63): string => text.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, most);

/**
 * An id of this machine and this folder, the same after a restart; with a number behind it while another process of
 * this user has it. Held until this process ends.
 */
export function claimId(group: string): string {
  const host = idOf(hostname(), HOST_MOST);
  const folder = createHash('sha256').update(process.cwd()).digest('hex').slice(0, FOLDER_DIGITS);
  const claims = join(tmpdir(), `conclave-${process.getuid?.() ?? -1}`, encodeURIComponent(group));
  mkdirSync(claims, { recursive: true, mode: 0o700 });
  for (let n = 1; ; n++) {
    const id = `${host}-${folder}${n === 1 ? '' : `-${n}`}`;
    if (!isMine(join(claims, `${id}.pid`))) continue;
    process.once('exit', () => rmSync(join(claims, `${id}.pid`), { force: true }));
    return id;
  }
}

/** A process that was killed leaves its file behind: it is looked whether it still runs. */
function isMine(path: string): boolean {
  const own = String(process.pid);
  try {
    writeFileSync(path, own, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(readFileSync(path, 'utf8'));
  // in a container each life has the same pid; a file that a full disk left empty names nobody
  if (holder > 0 && holder !== process.pid && isRunning(holder)) return false;
  writeFileSync(path, own);
  return readFileSync(path, 'utf8') === own;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
