import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** `part`: of what comes from far away, or is looked through before it gets its name. */
type End = 'new' | 'part';

/** So long nothing was written into one that a killed process left behind. */
const LEFT_BEHIND_MS: Record<End, number> = { new: 60_000, part: 3_600_000 };

/** A name for what is to become a file, which nobody else has: not by the pid, two containers may share the folder. */
export const draftNameOf = (path: string, end: End): string => `${path}.${randomUUID()}.${end}`;
const RANDOM = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.$/;

/** Whoever reads the file finds the old one or the new one, whole. Throws what the disk says; then the old one stays. */
export function putInPlace(path: string, text: string, mode?: number): void {
  const draft = draftNameOf(path, 'new');
  try {
    writeFileSync(draft, text, { mode, flag: 'wx' }); // whatever others put into that folder
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Throws what the disk says if no file could be put there. */
export function tryToPut(path: string, mode?: number): void {
  const draft = draftNameOf(path, 'new');
  writeFileSync(draft, '', { mode, flag: 'wx' });
  rmSync(draft);
}

/** Removes drafts of this file that a process left behind when it was killed; not one that is being written now. */
export function sweepDrafts(path: string, nowMs: number, end: End = 'new'): void {
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(basename(path)) || !name.endsWith(end)) continue;
    if (!RANDOM.test(name.slice(basename(path).length, -end.length))) continue; // a person's, by a name that is like it
    const draft = join(folder, name);
    const found = statSync(draft, { throwIfNoEntry: false });
    if (found?.isFile() && nowMs - found.mtimeMs > LEFT_BEHIND_MS[end]) rmSync(draft, { force: true });
  }
}
