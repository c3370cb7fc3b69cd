import type { Verdict } from '@conclave/election';
import { change, drop, type Corruption } from './corruption.fixture.js';

const swapRunner = (e: { data: { runner: string } }) => {
  e.data.runner = e.data.runner === 'a' ? 'b' : 'a';
};
const flip = (v: Verdict) => {
  v.eligible = !v.eligible;
};

/**
 * Somebody who can write the whole log changes it and makes ids and hashes fit again: only meaning can tell.
 */
export const FORGERIES: Record<string, Corruption> = {
  'a term is skipped': change('LeaderElected', (e) => {
    e.data.term++;
  }),
  'a term is used again': change(
    'LeaderElected',
    (e) => {
      e.data.term = 1;
    },
    (e) => e.data.term > 1,
  ),
  'another runner is elected': change('LeaderElected', swapRunner),
  'the elected process is another': change('LeaderElected', (e) => {
    e.data.incarnation = '00000000-0000-4000-8000-00000000dead';
  }),
  'the cause of an election is another': change(
    'LeaderElected',
    (e) => {
      e.data.cause = 'reconciled';
    },
    (e) => !['reconciled'].includes(e.data.cause),
  ),
  'the previous leader is another': change('LeaderElected', (e) => {
    e.data.previous = { runner: 'c', term: 99 };
  }),
  'the lease in the election is another': change('LeaderElected', (e) => {
    e.data.leaseMs = 777;
  }),
  'the election says fenced': change(
    'LeaderElected',
    (e) => {
      e.data.failover = 'fenced';
    },
    (e) => e.data.failover === 'lease',
  ),
  'a verdict is left out': change('LeaderElected', (e) => {
    e.data.verdicts.pop();
  }),
  'a verdict is turned round': change('LeaderElected', (e) => flip(e.data.verdicts[0]!)),
  'a verdict has another why': change(
    'LeaderElected',
    (e) => {
      e.data.verdicts[0]!.why = 'silent';
    },
    (e) => e.data.verdicts[0]!.why !== 'silent',
  ),
  'ranks are exchanged': change(
    'LeaderElected',
    (e) => {
      e.data.verdicts.forEach((v) => {
        if (v.rank) v.rank = 3 - v.rank;
      });
    },
    (e) => e.data.verdicts.filter((v) => v.rank).length === 2,
  ),
  'an election vanishes': drop('LeaderElected'),
  'an end vanishes': drop('LeadershipEnded'),
  'an end has another cause': change(
    'LeadershipEnded',
    (e) => {
      e.data.cause = 'released';
    },
    (e) => e.data.cause !== 'released',
  ),
  'an end is of another term': change('LeadershipEnded', (e) => {
    e.data.term++;
  }),
  'an end is of another runner': change('LeadershipEnded', swapRunner),
  'a cooldown is invented': change(
    'LeadershipEnded',
    (e) => {
      e.data.cooldownUntil = '2030-01-01T00:00:00.000Z';
    },
    (e) => e.data.cause === 'released',
  ),
  'a release becomes a forced end': change(
    'LeadershipEnded',
    (e) => {
      e.data.cause = 'forced';
    },
    (e) => e.data.cause === 'released',
  ),
  'a revocation vanishes': drop('LeadershipRevoked'),
  'a revocation has another cause': change('LeadershipRevoked', (e) => {
    e.data.cause = e.data.cause === 'failback' ? 'tainted' : 'failback';
  }),
  'a revocation has another successor': change('LeadershipRevoked', (e) => {
    e.data.successor = 'nobody';
  }),
  'a vacancy is not told': drop('GroupLeaderless'),
  'a vacancy has another cause': change('GroupLeaderless', (e) => {
    e.data.cause = 'settings';
  }),
  'a vacancy claims a pause': change('GroupLeaderless', (e) => {
    e.data.paused = !e.data.paused;
  }),
  'a silence shorter than the lease': change('HeartbeatMissed', (e) => {
    e.data.silentMs = 1;
  }),
  'a silence vanishes': drop('HeartbeatMissed'),
  'a taint lifted early as expired': change(
    'RunnerUntainted',
    (e) => {
      e.data.cause = 'expired';
    },
    (e) => e.data.cause === 'request',
  ),
  'a taint vanishes': drop('RunnerTainted'),
  'a taint has another effect': change(
    'RunnerTainted',
    (e) => {
      e.data.taint.effect = 'PreferNoLead';
    },
    (e) => e.data.taint.effect === 'NoLead',
  ),
  'a pin is of another runner': change('LeaderPinned', swapRunner, (e) => e.data.mode === 'strict'),
  'a pin vanishes': drop('LeaderPinned', (e) => e.data.mode === 'strict'),
  'an unpin of what was not pinned': change('LeaderUnpinned', (e) => {
    e.data.mode = e.data.mode === 'strict' ? 'prefer' : 'strict';
  }),
  'a pause vanishes': drop('ElectionsPaused'),
  'a transfer has no outcome': drop('TransferEnded'),
  'a transfer has another outcome': change('TransferEnded', (e) => {
    e.data.outcome = e.data.outcome === 'completed' ? 'aborted' : 'completed';
  }),
  'a transfer was from another': change('TransferRequested', (e) => {
    e.data.from = 'nobody';
  }),
  'a lost log had another term': change('LogAccepted', (e) => {
    e.data.foundTerm++;
  }),
  'a lost log is not told': drop('LogAccepted', (e) => e.data.knownTerm > e.data.foundTerm),
  'a registration is older than it is': change(
    'RunnerRegistered',
    (e) => {
      e.data.seniority = 1;
    },
    (e) => e.data.seniority > 2,
  ),
  'a registration vanishes': drop('RunnerRegistered'),
  'a restart forgets the process before': change('RunnerRestarted', (e) => {
    e.data.previousIncarnation = '00000000-0000-4000-8000-00000000dead';
  }),
  'settings were others before': change(
    'GroupConfigured',
    (e) => {
      e.data.previous!.leaseMs = 123_456;
    },
    (e) => e.data.previous !== null,
  ),
  'an append is told at two times': (history) => {
    const event = history.find((e, i) => i > 0 && history[i - 1]!.meta.commandId === e.meta.commandId);
    if (event) event.meta.at = '2027-01-01T00:00:00.000Z';
    return event !== undefined;
  },
  'time goes back': (history) => {
    const last = history.at(-1)!;
    for (const e of history.filter((x) => x.meta.commandId === last.meta.commandId))
      e.meta.at = '2020-01-01T00:00:00.000Z';
    return history.length > 20;
  },
  'an append is exchanged with the next': (history) => {
    const ids = [...new Set(history.map((e) => e.meta.commandId))];
    if (ids.length < 6) return false;
    const parts = ids.map((id) => history.filter((e) => e.meta.commandId === id));
    [parts[2], parts[3]] = [parts[3]!, parts[2]!];
    history.splice(0, history.length, ...parts.flat());
    return true;
  },
};
