import type { SealedPast } from '@conclave/contract';
import type { SealHistory } from '../model/commands.js';
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
  if (upTo > version || past?.upTo !== upTo)
    refuse('invalid-request', `group "${id}" has no append that ends with version ${upTo}.`);
  if (isAll && upTo !== version)
    // what had expired came first, perhaps
    refuse(
      'version-conflict',
      `the command holds only at version ${upTo}, but group "${id}" is at version ${version}. Try again.`,
    );
  d.emit('HistorySealed', { ...past!, digest });
}
