import { createHash } from 'node:crypto';
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { draftNameOf, makeFolder } from '@conclave/launch';
import { home } from '../remote/home.js';
import { say } from '../remote/telling.js';

/** What is left of 63 characters for the name of the machine. */
const HOST_MOST = 50;
const FOLDER_DIGITS = 6;
const TOUCH_MS = 3_600_000;
const USER = process.getuid?.() ?? -1;
/** The same for all processes of a machine, wherever TMPDIR leads; that only where nothing can be written there. */
const SHARED = process.platform === 'win32' ? tmpdir() : '/tmp';

/** As much of it as may stand in an id; a machine that was given no name yet is called `(none)`. */
export const idOf = (text: string, most = 63): string =>
  text
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, most) || 'host';

/**
 * An id of this machine, user and folder, the same after a restart; with a number behind it while another process of
 * this user has it. Held until this process ends.
 */
export function claimId(group: string): string {
  const host = idOf(hostname(), HOST_MOST);
  const folder = createHash('sha256')
    .update(`${USER} ${process.cwd()}`)
    .digest('hex')
    .slice(0, FOLDER_DIGITS);
  const first = `${host}-${folder}`;
  const claims = claimsOf(group);
  try {
    for (let n = 1; claims !== null; n++) {
      const id = n === 1 ? first : `${first}-${n}`;
      const claim = join(claims, `${id}.pid`);
      if (!isMine(claim)) continue;
      process.once('exit', () => rmSync(claim, { force: true }));
      setInterval(() => touch(claim), TOUCH_MS).unref();
      return id;
    }
  } catch {
    // the disk is full
  }
  say(`nowhere can be kept which ids are taken: a second one of group "${group}" here needs an --id`);
  return first;
}

/** The folder where each id that is taken has a file; made if there is none. Null: there can be none that is our own. */
export function claimsOf(group: string): string | null {
  const ours = home();
  for (const root of [SHARED, tmpdir(), ...(ours === null ? [] : [join(ours, '.cache')])])
    try {
      const own = join(root, `conclave-${USER}`);
      const folder = join(own, encodeURIComponent(group));
      makeFolder(own, 0o700);
      if (!isOurOwn(own)) continue;
      makeFolder(folder, 0o700);
      if (isOurOwn(folder)) return folder;
    } catch {
      continue; // it is read only, or full
    }
  return null;
}

/** Whoever may write where others may, too, could be ready for us with a link to what is ours. */
function isOurOwn(folder: string): boolean {
  if (process.platform === 'win32') return true;
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === USER && (found.mode & 0o022) === 0;
}

/** Whoever cleans up takes away what nobody has touched for days. */
function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // it was taken away all the same
  }
}

/** A process that was killed leaves its file behind: it is looked whether it still runs. */
function isMine(path: string): boolean {
  const draft = draftNameOf(path, 'new');
  writeFileSync(draft, String(process.pid), { flag: 'wx' });
  try {
    if (isPut(draft, path)) return true;
    const text = readFileSync(path, 'utf8');
    const holder = Number(text);
    // in a container each life has the same pid; a file that a full disk left empty names nobody
    if (holder > 0 && holder !== process.pid && isRunning(holder)) return false;
    return isTakenAway(path, text) && isPut(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // another one is just taking it
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Whole, and only if there is none. */
function isPut(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Of two that do it one finds the file of the other in its place, and puts that back. */
function isTakenAway(path: string, text: string): boolean {
  const aside = draftNameOf(path, 'new');
  renameSync(path, aside);
  const isIt = readFileSync(aside, 'utf8') === text;
  if (!isIt) isPut(aside, path);
  rmSync(aside, { force: true });
  return isIt;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
