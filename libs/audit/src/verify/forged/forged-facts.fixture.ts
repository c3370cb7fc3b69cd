import type { EventType, RecordedEvent } from '@conclave/election';
import { append, change, type Corruption } from './corruption.fixture.js';

const DEAD = '00000000-0000-4000-8000-00000000dead';
type Meta = RecordedEvent['meta'];

const caused = (type: EventType, edit: (cause: NonNullable<Meta['causedBy']>) => void): Corruption =>
  change(
    type,
    (e) => edit(e.meta.causedBy!),
    (e) => e.meta.causedBy !== undefined,
  );

/** The same, of what was recorded besides. */
export const FORGED_FACTS: Record<string, Corruption> = {
  'a cause is left out': change(
    'LeaderElected',
    (e) => delete e.meta.causedBy,
    (e) => e.meta.causedBy !== undefined,
  ),
  'a cause is invented': change(
    'RunnerActivated',
    (e) => (e.meta.causedBy = { version: 1, commandId: DEAD, actor: 'operator:ana' }),
  ),
  'an election was ordered by another': caused('LeaderElected', (c) => (c.actor = 'operator:mallory')),
  'an election followed another event': caused('LeaderElected', (c) => (c.version += 1)),
  'an election followed another command': caused('LeaderElected', (c) => (c.commandId = DEAD)),
  'an end was ordered by another': caused('LeadershipEnded', (c) => (c.actor = 'operator:mallory')),
  'an end followed another event': caused('LeadershipEnded', (c) => (c.version = 1)),
  'a revocation was ordered by another': caused('LeadershipRevoked', (c) => (c.actor = 'operator:mallory')),
  'a revocation followed another event': caused('LeadershipRevoked', (c) => (c.version = 1)),
  'a vacancy was ordered by another': caused('GroupLeaderless', (c) => (c.actor = 'operator:mallory')),
  'a transfer ended on the order of another': caused('TransferEnded', (c) => (c.actor = 'operator:mallory')),
  'a lifted taint was set by another': caused('RunnerUntainted', (c) => (c.actor = 'operator:mallory')),
  'a command is carried out twice': (history) => {
    const ids = [...new Set(history.map((e) => e.meta.commandId))];
    if (ids.length < 4) return false;
    for (const e of history) if (e.meta.commandId === ids[3]) e.meta.commandId = ids[1]!;
    return true;
  },
  'a silence of before it was heard': change(
    'HeartbeatMissed',
    (e) => (e.data.lastSeenAt = e.meta.at),
    (e) => e.data.silentMs > 10_000,
  ),
  'heard after it was given up': change(
    'HeartbeatMissed',
    (e) => (e.data.lastSeenAt = '2030-01-01T00:00:00.000Z'),
  ),
  'a silence under a lease that never was': change('HeartbeatMissed', (e) => (e.data.leaseMs = 1)),
  'a deafness below nothing': change('HeartbeatMissed', (e) => (e.data.deafMs = -1)),
  'another evidence of a silence': change('HeartbeatMissed', (e) => {
    e.data.evidence = e.data.evidence === 'silence' ? 'connection-lost' : 'silence';
  }),
  'a silence of another runner': change(
    'HeartbeatMissed',
    (e) => (e.data.runner = e.data.runner === 'a' ? 'b' : 'a'),
  ),
  'an activation of another process': change('RunnerActivated', (e) => (e.data.incarnation = DEAD)),
  'an activation vanishes from its append': append(
    (_, all) => all.length > 1 && all.some((e) => e.type === 'RunnerActivated'),
    (all) => (all.find((e) => e.type === 'RunnerActivated')!.data = { ...all[0]!.data } as never),
  ),
  'forgiven was another': change(
    'RunnerForgiven',
    (e) => (e.data.runner = e.data.runner === 'a' ? 'b' : 'a'),
  ),
  'a taint has an end that nobody gave it': change(
    'RunnerTainted',
    (e) => (e.data.taint.expiresAt = '2030-01-01T00:00:00.000Z'),
  ),
  'a taint replaces what was not there': change('RunnerTainted', (e) => (e.data.replaces = !e.data.replaces)),
  'a pin has an end that nobody gave it': change(
    'LeaderPinned',
    (e) => (e.data.expiresAt = '2030-01-01T00:00:00.000Z'),
  ),
  'a pause has an end that nobody gave it': change(
    'ElectionsPaused',
    (e) => (e.data.expiresAt = '2030-01-01T00:00:00.000Z'),
  ),
  'a transfer was forced': change('TransferRequested', (e) => (e.data.force = !e.data.force)),
  'a transfer has another deadline': change(
    'TransferRequested',
    (e) => (e.data.deadline = '2030-01-01T00:00:00.000Z'),
  ),
  'a transfer ended for another reason': change('TransferEnded', (e) => (e.data.why = 'because')),
  'a transfer ended with another leader': change('TransferEnded', (e) => (e.data.leader = 'nobody')),
  'a registration was ready': change('RunnerRegistered', (e) => (e.data.ready = !e.data.ready)),
  'a registration has another priority': change('RunnerRegistered', (e) => (e.data.priority = 42)),
  'a registration has another label': change('RunnerRegistered', (e) => (e.data.labels = { zone: 'x' })),
  'a restart was vouched for': change(
    'RunnerRestarted',
    (e) => (e.data.previousExited = !e.data.previousExited),
  ),
  'settings are others': change('GroupConfigured', (e) => (e.data.settings.drainMs = 77_777)),
  'a verdict has another rank': change(
    'LeaderElected',
    (e) => (e.data.verdicts[0]!.rank = 7),
    (e) => e.data.verdicts.length > 0,
  ),
  'a verdict is of another process': change('LeaderElected', (e) => (e.data.verdicts[0]!.incarnation = DEAD)),
  'a verdict stands there twice': change('LeaderElected', (e) => e.data.verdicts.push(e.data.verdicts[0]!)),
  'a verdict of a vacancy is left out': change(
    'GroupLeaderless',
    (e) => e.data.verdicts.pop(),
    (e) => e.data.verdicts.length > 0,
  ),
  'another server decided a part of it': append(
    (_, all) => all.length > 1,
    (all) => (all[1]!.meta.instance = DEAD),
  ),
  'another reason in a part of it': append(
    (_, all) => all.length > 1,
    (all) => (all[1]!.meta.reason = 'because'),
  ),
  'another request in a part of it': append(
    (_, all) => all.length > 1,
    (all) => (all[1]!.meta.requestHash = 'x'),
  ),
  'another caller in a part of it': append(
    (_, all) => all.length > 1,
    (all) => (all[1]!.meta.correlationId = 'x'),
  ),
};
