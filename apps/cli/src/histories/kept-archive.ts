import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readArchive, type Archive } from '../files/evidence-file.js';
import { refused } from '../files/part-of.js';
import { sync } from '../files/syncing.js';
import { CliError } from '../remote/cli-error.js';
import type { Reach } from '../remote/credentials.js';
import { linesOf } from '../remote/streams.js';
import { download } from './download.js';

/** What an archive would be that nobody keeps. */
export async function weighArchive(
  reach: Reach,
  path: string,
): Promise<{ upTo: number; events: number; bytes: number; digest: string }> {
  let [upTo, lines, bytes, last] = [0, 0, 0, ''];
  for await (const line of linesOf(reach, path)) {
    if (++lines === 1) ({ upTo } = JSON.parse(line) as { upTo: number });
    if (line !== '') last = line;
    bytes += Buffer.byteLength(line) + 1;
  }
  const { sha256: digest } = JSON.parse(last) as { sha256: string };
  return { upTo, events: lines - 2, bytes, digest };
}

export interface KeptArchive {
  upTo: number;
  events: number;
  file: string;
  digest: string;
  /** It was there already, of a command that was killed behind this. */
  wasThere: boolean;
}

/** Fetches an archive into a folder that is there; when this resolves it is durable, and was read again. Can be repeated at any step. */
export async function keepArchive(
  reach: Reach,
  group: string,
  path: string,
  out: string,
): Promise<KeptArchive> {
  const draft = await download(reach, path, join(out, `${group}.archive`));
  try {
    const { header, events, digest } = await sound(draft, group);
    const { upTo } = header;
    const file = join(out, `${group}-${upTo}.archive.ndjson`);
    const wasThere = await keep(draft, file, digest);
    return { upTo, events, file, digest, wasThere };
  } finally {
    rmSync(draft, { force: true }); // where it was refused: it names people, and nobody would look for it
  }
}

/**
 * Does what lets go of what was kept. Where that is refused the file is named: whoever verifies with all archives of a folder
 * would be told that this one is of another log. It is not removed, as somebody else may have sealed what is in it.
 */
export async function letGo<T>(kept: KeptArchive, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw naming(kept, error);
  }
}

/** The same refusal, with the file that is left. */
export function naming({ file, wasThere }: KeptArchive, error: unknown): unknown {
  if (wasThere || !(error instanceof CliError) || error.exitCode !== 3) return error;
  const left = `"${file}" is left: remove it if nobody else has sealed what is in it.`;
  return new CliError(3, `${error.message} ${left}`, error.details);
}

async function sound(file: string, group: string): Promise<Archive> {
  const archive = await readArchive(file);
  const problem = archive.header.group === group ? archive.problem : 'it is of another group';
  if (problem === null) return archive;
  throw refused(file, problem);
}

const LEFT = 'It is left as it is; nothing was sealed.';

/** Durable, under its name. True if the same archive was there. */
async function keep(draft: string, file: string, digest: string): Promise<boolean> {
  if (existsSync(file)) {
    const kept = await readArchive(file).catch((error: unknown) => {
      throw error instanceof CliError ? new CliError(3, `${error.message} ${LEFT}`) : error;
    });
    if (kept.problem !== null || kept.digest !== digest)
      throw new CliError(3, `"${file}" exists, and is another archive. ${LEFT}`);
    sync(file);
    return true;
  }
  sync(draft);
  renameSync(draft, file);
  sync(join(file, '..'));
  return false;
}
