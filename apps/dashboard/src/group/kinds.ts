import { ORDERS } from '../timeline/layout.js';

/** What a history can be narrowed to. */
export const KINDS: Record<string, { words: string; types: readonly string[] }> = {
  leaders: {
    words: 'changes of leader',
    types: ['LeaderElected', 'LeadershipRevoked', 'LeadershipEnded', 'GroupLeaderless'],
  },
  orders: { words: 'orders of people', types: [...ORDERS, 'TransferEnded'] },
  silences: { words: 'silences', types: ['HeartbeatMissed', 'RunnerActivated'] },
  runners: {
    words: 'runners that come and go',
    types: ['RunnerRegistered', 'RunnerRestarted', 'RunnerUpdated', 'RunnerDeregistered'],
  },
  record: { words: 'the record itself', types: ['LogAccepted', 'HistorySealed', 'GroupDeleted'] },
};
/** Causes of what is recorded: of elections, ends, revocations, lifted orders. */
export const CAUSES = [
  'heartbeat-missed',
  'lease-expired',
  'released',
  'resigned',
  'deregistered',
  'superseded',
  'fenced',
  'forced',
  'tainted',
  'untainted',
  'pinned',
  'unpinned',
  'transfer',
  'failback',
  'drained',
  'resumed',
  'runner-activated',
  'cooldown-over',
  'settings',
  'expired',
  'runner-gone',
  'reconciled',
  'log-accepted',
];
