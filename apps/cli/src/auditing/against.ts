import { statSync } from 'node:fs';
import { groupOf } from '@conclave/election';
import { hashOf, type StoredEvent } from '@conclave/event-store';
import { evidenceEvents, evidenceHeader } from '../files/evidence-file.js';
import { eventsOf } from '../files/log-file.js';
import { checkpointIn } from '../files/signed-line.js';
import { Archives } from '../histories/archives.js';
import { missingFrom, withArchives, type Missing } from '../histories/merged.js';
import { OfflineHistories } from '../histories/offline.js';
import { storeAsked } from '../files/store-at.js';
import { CliError } from '../remote/cli-error.js';
import { request } from '../remote/client.js';
import { groupPath } from '../terminal/options.js';
import {
  againstCheckpoint,
  unlessMoved,
  type Judgement,
  type Log,
  type Trusted,
} from './against-checkpoint.js';
import type { Source } from './asking.js';

/**
 * Whether a log of today goes on from what somebody has kept: a checkpoint, evidence, or an export. Throws {@link CliError}
 * for what is none of them.
 */
export async function judgeAgainst(given: string, source: Source, trusted: Trusted): Promise<Judgement> {
  const checkpoint = checkpointIn(given);
  if (trusted.witnessKeys !== undefined && checkpoint === null)
    throw new CliError(2, '--witness-keys is for a checkpoint: nothing else is co-signed.');
  if (checkpoint === null && !statSync(given, { throwIfNoEntry: false })?.isFile())
    throw new CliError(2, `there is no file "${given}", and this is no checkpoint.`);
  const isOffline = source.file !== undefined || source.store !== undefined;
  if (!isOffline && (checkpoint !== null || !(await evidenceHeader(given))))
    throw new CliError(2, 'a checkpoint or an export is of the whole log: say which with --store or --file.');
  if (!isOffline && source.archive)
    throw new CliError(2, 'archives are compared with a log: say which with --store or --file.');
  if (!isOffline) return againstServer(given, source);
  if (source.file !== undefined && (await evidenceHeader(source.file)))
    throw new CliError(
      2,
      `"${source.file}" is of one group, and is compared with nothing: give an export with --file, or a log with --store or --url.`,
    );
  const archives = await Archives.open(source.archive ?? []);
  const histories =
    source.file === undefined ? await OfflineHistories.ofStore(storeAsked(source.store)) : null;
  const rest: Log = histories ? () => histories.all() : () => eventsOf(source.file!);
  try {
    const missing = await missingFrom(rest(), archives);
    const log: Log = () => withArchives(archives, rest());
    if (checkpoint !== null) {
      const judged = await againstCheckpoint(checkpoint, log, missing, trusted);
      return judged.ok || !source.archive ? judged : await unlessMoved(judged, checkpoint, rest, trusted);
    }
    const isEvidence = (await evidenceHeader(given)) !== null;
    const kept = await headsOf(isEvidence ? evidenceEvents(given) : eventsOf(given));
    return await againstHeads(kept, log, missing);
  } finally {
    await histories?.close();
  }
}

/** Version and hash of the last event of each group. */
async function headsOf(
  events: AsyncIterable<StoredEvent>,
): Promise<Map<string, { version: number; hash: string }>> {
  const heads = new Map<string, { version: number; hash: string }>();
  for await (const event of events) {
    const group = groupOf(event.stream);
    if (group !== null) heads.set(group, { version: event.version, hash: hashOf(event) });
  }
  return heads;
}

async function againstHeads(
  kept: Awaited<ReturnType<typeof headsOf>>,
  log: Log,
  sealed: Missing,
): Promise<Judgement> {
  const missing = new Set(kept.keys());
  for (const [group, { version, hash }] of kept) {
    const seal = sealed.get(group);
    if (!seal || version > seal.upTo) continue;
    if (version < seal.upTo)
      return {
        ok: false,
        words: `version ${version} of group "${group}" is sealed, and cannot be compared without its archive: give --archive, the file with the digest ${seal.digest}`,
      };
    if (hash !== seal.head) return changed(group, version);
    missing.delete(group);
  }
  for await (const event of log()) {
    const group = groupOf(event.stream);
    const known = group === null ? undefined : kept.get(group);
    if (known?.version !== event.version) continue;
    missing.delete(group!);
    if (hashOf(event) !== known.hash) return changed(group!, event.version);
  }
  const [gone] = missing;
  return gone === undefined
    ? { ok: true, words: `the log goes on from it, in each of its ${kept.size} groups` }
    : {
        ok: false,
        words: `group "${gone}" had ${kept.get(gone)!.version} events and has fewer in the log: its end was dropped`,
      };
}

async function againstServer(evidence: string, source: Source): Promise<Judgement> {
  const [last] = await headsOf(evidenceEvents(evidence));
  if (!last) throw new CliError(3, `"${evidence}" holds no event: there is nothing to compare.`);
  const [group, { version, hash }] = last;
  const { events } = await request<{ events: { meta: { hash: string } }[] }>(
    source,
    'GET',
    `${groupPath(group, 'history')}?from=${version}&to=${version}`,
  );
  if (events.length === 0)
    return {
      ok: false,
      words: `group "${group}" had ${version} events and has fewer now: its end was dropped`,
    };
  return hashOf(events[0]!) === hash
    ? { ok: true, words: `the history of "${group}" goes on from it, from version ${version}` }
    : changed(group, version);
}

const changed = (group: string, version: number): Judgement => ({
  ok: false,
  words: `event ${version} of group "${group}" is another one, or stands on another past: it was changed`,
});
