import { Answers, Echoes, GroupRepository, GroupTime, sendBy, type Send } from '@conclave/coordination';
import type { GroupLog } from '@conclave/election';
import type { NodeOptions } from './node-options.js';

/** What carries out commands: the repository, the time it goes by, and how the system itself sends them. */
export interface WriteSide {
  time: GroupTime;
  answers: Answers;
  repository: GroupRepository;
  send: Send;
}

/** `log`: tells it what stands there; before any other listener that gives commands. */
export function writeSideOf({ store, clock, instance, transact }: NodeOptions, log: GroupLog): WriteSide {
  const echoes = new Echoes();
  const time = new GroupTime(clock);
  const answers = new Answers(store, clock);
  const repository = new GroupRepository(store, log.groups, time, instance, echoes, answers);
  for (const listener of [time, repository.heads, echoes]) log.listen(listener);
  const send = sendBy(
    transact ?? (async (group, command, order) => repository.transact(group, command, order)),
  );
  return { time, answers, repository, send };
}
