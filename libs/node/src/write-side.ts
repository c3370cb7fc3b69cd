import { Answers, Echoes, GroupRepository, GroupTime, sendBy, type Send } from '@conclave/coordination';
import type { GroupLog } from '@conclave/election';
import { Attempts } from './log/attempts.js';
import type { NodeOptions } from './node-options.js';

/** What carries out commands: the repository, the time it goes by, and how the system itself sends them. */
export interface WriteSide {
  time: GroupTime;
  answers: Answers;
  attempts: Attempts;
  repository: GroupRepository;
  send: Send;
}

/** `log`: tells it what stands there; before any other listener that gives commands. */
export function writeSideOf({ store, clock, instance, transact }: NodeOptions, log: GroupLog): WriteSide {
  const echoes = new Echoes();
  const time = new GroupTime(clock);
  for (const listener of [time, echoes]) log.listen(listener);
  const answers = new Answers(store, clock);
  const attempts = new Attempts(store, clock, instance);
  const repository = new GroupRepository(store, log.groups, time, instance, echoes, answers);
  const send = sendBy(
    transact ?? (async (group, command, order) => repository.transact(group, command, order)),
  );
  return { time, answers, attempts, repository, send };
}
