import { Echoes, GroupRepository, GroupTime, sendBy, type Send } from '@conclave/coordination';
import type { GroupLog } from '@conclave/election';
import type { NodeOptions } from './node-options.js';

/** What carries out commands: the repository, the time it goes by, and how the system itself sends them. */
export interface WriteSide {
  time: GroupTime;
  repository: GroupRepository;
  send: Send;
}

/** `log`: tells it what stands there; before any other listener that gives commands. */
export function writeSideOf({ store, clock, instance, transact }: NodeOptions, log: GroupLog): WriteSide {
  const echoes = new Echoes();
  const time = new GroupTime(clock);
  for (const listener of [time, echoes]) log.listen(listener);
  const repository = new GroupRepository(store, log.groups, time, instance, echoes);
  const send = sendBy(
    transact ?? (async (group, command, order) => repository.transact(group, command, order)),
  );
  return { time, repository, send };
}
