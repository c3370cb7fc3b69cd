import { statSync } from 'node:fs';
import type { GroupMark } from '@conclave/audit';
import type { Id } from '@conclave/election';
import { hashOf, type StoredEvent } from '@conclave/event-store';
import { evidenceEvents, evidenceHeader, signatureIn } from '../files/evidence-file.js';
import { eventsOf } from '../files/log-file.js';
import { checkpointsIn } from '../files/signed-line.js';
import { Archives } from '../histories/archives.js';
import { checkGroup, type Where } from '../histories/audits.js';
import { groupByGroup, missingFrom, withArchives, type Missing } from '../histories/merged.js';
import { OfflineHistories } from '../histories/offline.js';
import { storeAsked } from '../files/store-at.js';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { groupPath } from '../terminal/options.js';
import {
  againstCheckpoints,
  unlessMoved,
  type Judgement,
  type Log,
  type Trusted,
} from './against-checkpoint.js';
import { BrokenChain, Chains } from './chains.js';

type Source = Reach & Where & { group?: string | undefined };

/**
 * Whether a log of today goes on from what somebody has kept: a checkpoint, evidence, or an export. Throws {@link CliError}
 * for what is none of them.
 */
export async function judgeAgainst(given: string, source: Source, trusted: Trusted): Promise<Judgement> {
  const checkpoints = checkpointsIn(given);
  if (trusted.witnessKeys !== undefined && checkpoints === null)
    throw new CliError(2, '--witness-keys is for a checkpoint: nothing else is co-signed.');
  if (checkpoints === null && !statSync(given, { throwIfNoEntry: false })?.isFile())
    throw new CliError(2, `there is no file "${given}", and this is no checkpoint.`);
  const of = checkpoints === null ? (await evidenceHeader(given))?.group : undefined;
  checkGroup(source.group, '--against', of);
  const why = checkpoints === null && trusted.keys !== undefined ? await whyNot(given, trusted.keys) : null;
  if (why !== null) return { ok: false, words: `"${given}" ${why}` };
  const isOffline = source.file !== undefined || source.store !== undefined;
  if (!isOffline && (checkpoints !== null || !(await evidenceHeader(given))))
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
    source.file === undefined ? await OfflineHistories.ofStore(await storeAsked(source.store)) : null;
  const rest: Log = histories ? () => histories.all() : () => eventsOf(source.file!);
  try {
    const missing = await missingFrom(rest(), archives);
    if (checkpoints !== null) {
      const log: Log = () => withArchives(archives, rest());
      const judged = await againstCheckpoints(checkpoints, log, missing, trusted);
      return judged.ok || !source.archive ? judged : await unlessMoved(judged, checkpoints, rest, trusted);
    }
    return await againstHeads(await headsIn(given), () => groupByGroup(archives, rest()), missing);
  } finally {
    await histories?.close();
  }
}

/** Why evidence that somebody has kept does not count by these keys; null if it does. Throws {@link CliError} if it is none. */
async function whyNot(kept: string, keys: string): Promise<string | null> {
  const signature = await signatureIn(kept, keys);
  if (signature === null)
    throw new CliError(
      2,
      '--keys is for a checkpoint, or for evidence: nothing else that is kept is signed.',
    );
  if (signature.problem !== null) return `does not count: ${signature.problem}`;
  return signature.isTrusted ? null : `is signed by key ${signature.kid}, which is none of your keys`;
}

type Heads = ReadonlyMap<Id, GroupMark>;

/** What somebody has kept says. Throws {@link CliError} (3) where it was changed meanwhile. */
async function headsIn(given: string): Promise<Heads> {
  const evidence = await evidenceHeader(given);
  const events: Log = () => (evidence ? evidenceEvents(given) : eventsOf(given));
  const begins: Missing = evidence
    ? new Map(evidence.sealed && [[evidence.group, evidence.sealed]])
    : await missingFrom(events(), Archives.none);
  try {
    return await headsOf(events(), begins);
  } catch (error) {
    throw error instanceof BrokenChain ? new CliError(3, `"${given}": ${error.message}.`) : error;
  }
}

/** The last event of each group. Throws {@link BrokenChain}. */
async function headsOf(events: AsyncIterable<StoredEvent>, begins: Missing): Promise<Heads> {
  const chains = new Chains(begins);
  const heads = new Map<Id, GroupMark>();
  for await (const event of events) {
    const mark = chains.take(event);
    if (mark) heads.set(mark.group, mark);
  }
  return heads;
}

async function againstHeads(kept: Heads, log: Log, sealed: Missing): Promise<Judgement> {
  const missing = new Set(kept.keys());
  for (const [group, { version, head }] of kept) {
    const seal = sealed.get(group);
    if (!seal || version > seal.upTo) continue;
    if (version < seal.upTo)
      return {
        ok: false,
        words: `version ${version} of group "${group}" is sealed, and cannot be compared without its archive: give --archive, the file with the digest ${seal.digest}`,
      };
    if (head !== seal.head) return changed(group, version);
    missing.delete(group);
  }
  const chains = new Chains(sealed);
  try {
    for await (const event of log()) {
      const mark = chains.take(event);
      const known = mark && kept.get(mark.group);
      if (!mark || known?.version !== mark.version) continue;
      missing.delete(mark.group);
      if (mark.head !== known.head) return changed(mark.group, mark.version);
    }
  } catch (error) {
    if (error instanceof BrokenChain) return { ok: false, words: error.message };
    throw error;
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
  const [last] = (await headsIn(evidence)).values();
  if (!last) throw new CliError(3, `"${evidence}" holds no event: there is nothing to compare.`);
  const { group, version, head } = last;
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
  return hashOf(events[0]!) === head
    ? { ok: true, words: `the history of "${group}" goes on from it, from version ${version}` }
    : changed(group, version);
}

const changed = (group: string, version: number): Judgement => ({
  ok: false,
  words: `event ${version} of group "${group}" is another one, or stands on another past: it was changed`,
});
