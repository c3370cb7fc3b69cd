import { Echoes, GroupRepository, sendBy, type Send } from '@conclave/coordination';
import type { Groups } from '@conclave/election';
import type { NodeOptions } from './node-options.js';

/** What carries out commands: the repository, what it hears back, and how the system itself sends them. */
export interface WriteSide {
  echoes: Echoes;
  repository: GroupRepository;
  send: Send;
}

export function writeSideOf({ store, clock, instance, transact }: NodeOptions, groups: Groups): WriteSide {
  const echoes = new Echoes();
  const repository = new GroupRepository(store, groups, clock, instance, echoes);
  const send = sendBy(
    transact ?? (async (group, command, order) => repository.transact(group, command, order)),
  );
  return { echoes, repository, send };
}
