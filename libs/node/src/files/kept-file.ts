import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { draftNameOf, makeFolder } from '@conclave/launch';
import { OWN_ONLY } from './own-only.js';

/** Throws what the disk says, and for what would never end, or be waited for. */
export function readWhole(path: string): string {
  const found = statSync(path);
  if (!found.isFile() && !found.isDirectory()) throw new Error('it is a pipe or a device, not a file');
  return readFileSync(path, 'utf8');
}

/**
 * Text of a file; null if there is none. Throws what `unreadable` makes of the reason if there is one that
 * cannot be read, or that is on a disk which is not mounted.
 */
export function keptText(path: string, unreadable: (why: string) => Error): string | null {
  try {
    return readWhole(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw unreadable(message);
    const link = brokenLink(path);
    if (link === null) return null;
    throw unreadable(
      link === path
        ? 'it is a link to a file that is not there'
        : `"${link}" is a link to a folder that is not there`,
    );
  }
}

/** Of what is not there: itself, or the folder on the way to it, which is a link that leads nowhere. */
function brokenLink(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found) return found.isSymbolicLink() && !existsSync(path) ? path : null;
  return dirname(path) === path ? null : brokenLink(dirname(path));
}

const GROUP_READS = 0o640;

/**
 * A file in the making beside the one that it will replace: whoever reads finds the old file or the new one, whole.
 * `drop` it in any case.
 */
export class DraftFile {
  private readonly draft: string;
  private readonly file: number;

  constructor(
    private readonly path: string,
    mode: number = OWN_ONLY,
  ) {
    makeFolder(dirname(path));
    this.draft = draftNameOf(path, 'new');
    this.file = openSync(this.draft, 'wx', mode);
  }
  /** All of it, or it throws. */
  write(content: string | Uint8Array): void {
    writeFileSync(this.file, content);
  }
  /**
   * Whose the file is stays: else nobody but who wrote it last could read it, as after `sudo`. What its owner alone may read
   * stays so; a group that it was given to may go on reading. Throws if that cannot be. A new one that root makes is for
   * whoever the folder is made for: in that of a server root's own would be kept from just that server.
   */
  keepOwner(): void {
    const was = statSync(this.path, { throwIfNoEntry: false });
    const owner = was ?? (process.getuid?.() === 0 ? statSync(dirname(this.path)) : null);
    if (!owner || (owner.uid === process.getuid?.() && owner.gid === process.getgid?.())) return;
    const { uid, gid } = owner;
    try {
      fchownSync(this.file, uid, gid);
      if (was) fchmodSync(this.file, was.mode & GROUP_READS);
    } catch (error) {
      if (!was) return; // a root that may give nothing away, as in a container
      const { code } = error as NodeJS.ErrnoException;
      throw new Error(`"${this.path}" is user ${uid}'s: change it as that user, or as root (${code})`, {
        cause: error,
      });
    }
  }
  /** What is written survives a power failure; others have their turn meanwhile. */
  async settle(): Promise<void> {
    await promisify(fsync)(this.file);
  }
  /** `isDurable`: a power failure does not leave an empty one. */
  replace(isDurable = false): void {
    if (isDurable) fsyncSync(this.file);
    renameSync(this.draft, this.path);
  }
  drop(): void {
    closeSync(this.file);
    this.forsake();
  }
  /** It is not to replace anything any more, and may still be written: who ends this process leaves nothing behind. */
  forsake(): void {
    rmSync(this.draft, { force: true });
  }
}

/** The same at once. `mode`: who may read it; nobody but its user, if it is not said. `keepsOwner`: others read it, too. */
export function replaceFile(
  path: string,
  content: string | Uint8Array,
  {
    isDurable = false,
    keepsOwner = false,
    mode,
  }: { isDurable?: boolean; keepsOwner?: boolean; mode?: number } = {},
): void {
  const file = new DraftFile(path, mode);
  try {
    if (keepsOwner) file.keepOwner();
    file.write(content);
    file.replace(isDurable);
  } finally {
    file.drop();
  }
}
