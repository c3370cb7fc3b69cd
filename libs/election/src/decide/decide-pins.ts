import type { DrainGroup, PauseElections, PinLeader } from '../model/commands.js';
import { knownRunner } from './decide-runners.js';
import type { Draft } from './draft.js';
import { revoke, settle } from './leadership.js';
import { hasSameWords, lifetimeOf, sameLifetime } from './lifetime.js';

export function pinLeader(command: PinLeader, d: Draft): void {
  const { runner, mode } = command;
  knownRunner(runner, d);
  const { pin } = d.state;
  const lifetime = lifetimeOf(command, d);
  if (
    pin?.runner === runner &&
    pin.mode === mode &&
    hasSameWords(pin, d.occasion) &&
    sameLifetime(pin, lifetime)
  )
    return;
  d.emit('LeaderPinned', { runner, mode, ...lifetime });
  settle(d, 'pinned');
}

export function unpinLeader(d: Draft): void {
  if (!d.state.pin) return;
  const { runner, mode } = d.state.pin;
  d.emit('LeaderUnpinned', { runner, mode, cause: 'request' });
  settle(d, 'unpinned');
}

export function pauseElections(command: PauseElections, d: Draft): void {
  const { pause } = d.state;
  const { expiresAt } = lifetimeOf({ ...command, until: null }, d);
  if (pause && pause.expiresAt === expiresAt && hasSameWords(pause, d.occasion)) return;
  d.emit('ElectionsPaused', { expiresAt });
}

/** For maintenance: the leader finishes and releases, and nobody follows until elections go on. */
export function drainGroup(command: DrainGroup, d: Draft): void {
  const { leadership } = d.state;
  if (!leadership || leadership.handover) return pauseElections({ ...command, type: 'PauseElections' }, d);
  const { expiresAt } = lifetimeOf({ ...command, until: null }, d);
  d.emit('ElectionsPaused', { expiresAt });
  revoke(d, 'drained');
}

export function resumeElections(d: Draft): void {
  if (!d.state.pause) return;
  d.emit('ElectionsResumed', { cause: 'request' });
  settle(d, 'resumed');
}
