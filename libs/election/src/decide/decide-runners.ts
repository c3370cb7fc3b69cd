import type { ActivateRunner, Back, DeregisterRunner, RegisterRunner } from '../model/commands.js';
import type { Draft } from './draft.js';
import { endTerm, revoke, settle } from './leadership.js';
import { refuse } from '../model/rejections.js';
import { heldBy, knowsSecret, secretHashOf } from '../model/roles.js';
import type { RunnerState } from '../model/state.js';
import { DEFAULT_SETTINGS, MAX_RUNNERS, PAST_INCARNATIONS, type Id } from '../model/vocabulary.js';

export function registerRunner(command: RegisterRunner, d: Draft): void {
  if (command.previousExited === command.incarnation) {
    refuse(
      'invalid-request',
      'previousExited names the incarnation that registers; name the one that exited.',
    );
  }
  if (command.previousExited !== null)
    proveOfAnother(
      { runner: command.runner, incarnation: command.previousExited, secretHash: command.previousSecretHash },
      d,
    );
  if (d.state.version === 0) d.emit('GroupConfigured', { settings: DEFAULT_SETTINGS, previous: null });
  const known = d.state.runners.get(command.runner);
  if (!known) registerNew(command, d);
  else if (known.incarnation === command.incarnation) registerAgain(command, known, d);
  else restart(command, known, d);
}

const attributes = (command: RegisterRunner, known?: RunnerState) => ({
  platform: command.platform === undefined ? (known?.platform ?? null) : command.platform,
  labels: command.labels ?? { ...known?.labels },
  priority: command.priority ?? known?.priority ?? 0,
});

function registerNew(command: RegisterRunner, d: Draft): void {
  const { runner, incarnation, ready, secretHash } = command;
  if (d.state.runners.size >= MAX_RUNNERS) {
    refuse(
      'invalid-request',
      `group "${d.state.id}" has ${MAX_RUNNERS} runners, the most a group may have. ` +
        'Deregister runners that are gone, or use another group.',
    );
  }
  const seniority = d.state.version + 1;
  d.emit('RunnerRegistered', {
    runner,
    incarnation,
    ...attributes(command),
    seniority,
    ready,
    ...(secretHash !== undefined && { secretHash }),
  });
  endTermOfExited(command, d);
  settle(d, 'runner-activated');
}

function registerAgain(command: RegisterRunner, known: RunnerState, d: Draft): void {
  prove(command, d);
  const next = attributes(command, known);
  const { platform, labels, priority } = known;
  if (canonical(next) !== canonical({ platform, labels, priority })) {
    d.emit('RunnerUpdated', { runner: known.id, ...next });
  }
  if (command.ready && known.status === 'pending') {
    d.emit('RunnerActivated', {
      runner: known.id,
      incarnation: known.incarnation,
      lastSeenAt: null,
      silentMs: null,
    });
  }
  endTermOfExited(command, d);
  settle(d, 'runner-activated');
}

const canonical = ({
  platform,
  labels,
  priority,
}: Pick<RunnerState, 'platform' | 'labels' | 'priority'>): string =>
  JSON.stringify([platform, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)), priority]);

/**
 * A new process of the same runner. The newer supersedes the older, but the old lease is waited for (L8,
 * L11).
 */
function restart(command: RegisterRunner, known: RunnerState, d: Draft): void {
  const { runner, incarnation, ready, secretHash } = command;
  if (known.past.includes(incarnation)) {
    refuse(
      'incarnation-superseded',
      `incarnation ${incarnation} of runner "${runner}" was superseded by ` +
        `${known.incarnation} and cannot register again (one of its last ${PAST_INCARNATIONS}). ` +
        'Two machines may share one runner id: give each its own, and start with a fresh incarnation.',
    );
  }
  const held = heldBy(d.state, { runner, incarnation: known.incarnation });
  d.emit('RunnerRestarted', {
    runner,
    incarnation,
    previousIncarnation: known.incarnation,
    previousExited: command.previousExited === known.incarnation,
    ...attributes(command, known),
    ready,
    ...(secretHash !== undefined && { secretHash }),
  });
  if (held && d.state.settings.failover === 'fenced') return endTerm(d, 'superseded');
  if (endTermOfExited(command, d)) return;
  if (held && !held.handover) return revoke(d, 'superseded');
  settle(d, 'runner-activated');
}

/** A supervisor vouches that the process which holds the running term is dead: no lease to wait for. */
function endTermOfExited({ runner, previousExited }: RegisterRunner, d: Draft): boolean {
  if (previousExited === null || !heldBy(d.state, { runner, incarnation: previousExited })) return false;
  endTerm(d, 'superseded');
  return true;
}

export function activateRunner({ also = [], ...first }: ActivateRunner, d: Draft): void {
  const were = d.events.length;
  for (const one of [first, ...also]) activate(one, d);
  if (d.events.length > were) settle(d, 'runner-activated');
}

function activate({ runner: id, incarnation, heardAtVersion, lastSeenAt, silentMs }: Back, d: Draft): void {
  const runner = d.state.runners.get(id);
  if (runner?.incarnation !== incarnation || runner.status === 'active') return;
  if (runner.missedVersion > heardAtVersion) return; // L2: heard before it was given up
  d.emit('RunnerActivated', { runner: id, incarnation, lastSeenAt, silentMs });
}

export function deregisterRunner({ runner, incarnation, secretHash }: DeregisterRunner, d: Draft): void {
  if (!d.state.runners.has(runner) && incarnation !== null && heldBy(d.state, { runner, incarnation })) {
    // an operator removed it before; its own word still counts as a promise
    prove({ runner, incarnation, secretHash }, d);
    return endTerm(d, 'deregistered');
  }
  const known = knownRunner(runner, d);
  if (incarnation !== null && incarnation !== known.incarnation) refuseIncarnation(known, incarnation);
  if (incarnation !== null) prove({ runner, incarnation, secretHash }, d);
  const held = heldBy(d.state, { runner, incarnation: known.incarnation });
  d.emit('RunnerDeregistered', {
    runner,
    incarnation: known.incarnation,
    by: incarnation === null ? 'operator' : 'runner',
  });
  if (held && incarnation !== null) endTerm(d, 'deregistered');
  else if (held && !held.handover) revoke(d, 'deregistered');
}

/**
 * Whoever speaks for a process that registered with a secret must know it: an incarnation stands in every read. About any
 * other process nothing is asked.
 */
export function prove(
  about: { runner: Id; incarnation: string; secretHash?: string | undefined },
  d: Draft,
): void {
  if (!knowsSecret(about, d.state)) refuse('secret-wrong', secretWrong(about));
}

/** The same of another process; a secret that is shown must be its own: who shows any is believed for it. */
function proveOfAnother(
  { secretHash, ...about }: { runner: Id; incarnation: string; secretHash: string | undefined },
  d: Draft,
): void {
  if (!knowsSecret({ ...about, secretHash }, d.state))
    refuse(
      'secret-wrong',
      `process ${about.incarnation} of runner "${about.runner}" registered with a secret, and previousSecret is not it. Send that one, or leave previousExited out: its lease is waited for then.`,
    );
  const isKnown =
    d.state.runners.get(about.runner)?.incarnation === about.incarnation || heldBy(d.state, about);
  if (isKnown && secretHash !== undefined && secretHashOf(d.state, about) === null)
    refuse(
      'secret-wrong',
      `process ${about.incarnation} of runner "${about.runner}" registered without a secret, so none proves that it has exited. Leave previousSecret out, or wait for its lease.`,
    );
}

/** For people. */
export const secretWrong = ({ runner, incarnation }: { runner: Id; incarnation: string }): string =>
  `process ${incarnation} of runner "${runner}" registered with a secret, and ` +
  'this is not it. Only that process may speak for itself; an operator can taint, transfer or deregister it.';

export function knownRunner(id: Id, d: Draft): RunnerState {
  return (
    d.state.runners.get(id) ??
    refuse('runner-unknown', `group "${d.state.id}" has no runner "${id}". Register it first.`)
  );
}

export function refuseIncarnation(known: RunnerState, incarnation: string): never {
  refuse(
    'incarnation-superseded',
    `incarnation ${incarnation} is not the current one of runner "${known.id}" ` +
      `(${known.incarnation} is). A superseded process must stop; to come back, register with a fresh incarnation.`,
  );
}
