import type { SealedPast } from '@conclave/contract';
import type { DeleteGroup, SealHistory } from '../model/commands.js';
import { refuse } from '../model/rejections.js';
import type { Draft } from './draft.js';

/** `past`: what the history up to there comes to, as its archive was made; a fact, like what was measured of a silence. */
export function sealHistory(
  { upTo, digest, isAll }: SealHistory,
  past: SealedPast | undefined,
  d: Draft,
): void {
  const { id, sealed, version } = d.state;
  if (sealed?.upTo === upTo && sealed.digest === digest) return;
  if (sealed && upTo <= sealed.upTo)
    refuse(
      'history-sealed',
      `the history of group "${id}" is sealed up to version ${sealed.upTo} already (archive ${sealed.digest}).`,
    );
  if (upTo > version || past?.upTo !== upTo) refuseCut(upTo, d);
  if (isAll && upTo !== version)
    // what had expired came first, perhaps
    refuse(
      'version-conflict',
      `the command holds only at version ${upTo}, but group "${id}" is at version ${version}. Try again.`,
    );
  d.emit('HistorySealed', { ...fitting(past!, d), digest });
}

/** Files and witnesses take twice as much in a line. */
export const SEAL_MOST = 16 * 1024 * 1024;

function fitting(past: SealedPast, d: Draft): SealedPast {
  const size = JSON.stringify(past).length;
  if (size > SEAL_MOST)
    refuse(
      'invalid-request',
      `a seal keeps the state of group "${d.state.id}", and that has ${size} characters; ${SEAL_MOST} are the most. Deregister runners, or give them fewer labels and taints.`,
    );
  return past;
}

const refuseCut = (upTo: number, { state: { id } }: Draft): never =>
  refuse('invalid-request', `group "${id}" has no append that ends with version ${upTo}.`);

/**
 * The whole history goes into the archive, and nothing comes after: its terms can never be given again (G1). Only while
 * nobody would miss the group: who leads it, or could, has to go first.
 */
export function deleteGroup({ upTo, digest }: DeleteGroup, past: SealedPast | undefined, d: Draft): void {
  checkUnused(d);
  const version = d.state.version - d.events.length; // what has just been lifted is in no archive, and stays
  if (upTo !== version)
    refuse(
      'version-conflict',
      `the archive ends with version ${upTo}, but group "${d.state.id}" is at version ${version}. Archive all of it.`,
    );
  if (past?.upTo !== upTo) refuseCut(upTo, d);
  d.emit('HistorySealed', { ...fitting(past!, d), digest });
  d.emit('GroupDeleted', {});
}

const SHOWN = 5;

function checkUnused({ state: { id, runners, leadership } }: Draft): void {
  if (leadership)
    refuse(
      'group-in-use',
      `runner "${leadership.runner}" holds term ${leadership.term} of group "${id}". Stop it first.`,
    );
  const active = [...runners.values()].filter(({ status }) => status === 'active').map((runner) => runner.id);
  if (active.length === 0) return;
  const more = active.length > SHOWN ? ` and ${active.length - SHOWN} more` : '';
  refuse(
    'group-in-use',
    `of group "${id}" these runners are active: ${active.slice(0, SHOWN).join(', ')}${more}. Stop or deregister them first.`,
  );
}
