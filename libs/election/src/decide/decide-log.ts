import type { AcceptLog } from '../model/commands.js';
import { configureGroup } from './decide-settings.js';
import type { Draft } from './draft.js';
import { revoke, settle } from './leadership.js';

/**
 * Terms go on above every one that is known to have been used (G1). Whoever leads in the found log is told to
 * stop: others have led after it, in what was lost; its own lease is waited for like in any handover (G2).
 */
export function acceptLog({ knownTerm, knownVersion, isSame }: AcceptLog, d: Draft): void {
  const { term: foundTerm, version: foundVersion } = d.state;
  if (foundVersion === 0) configureGroup({ type: 'ConfigureGroup', settings: {} }, d);
  d.emit('LogAccepted', { knownTerm, knownVersion, foundTerm, foundVersion });
  if (!isSame && d.state.leadership && !d.state.leadership.handover) revoke(d, 'log-accepted');
  else settle(d, 'log-accepted');
}
