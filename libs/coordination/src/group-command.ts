import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ElectionCommand, Id } from '@conclave/election';
import { GroupRepository } from './group-repository.js';
import type { Order, Receipt } from './order.js';

/**
 * An election command addressed to a group, on Nest's command bus. Presence and deadlines send the same one.
 */
export class GroupCommand extends Command<Receipt> {
  constructor(
    readonly group: Id,
    readonly command: ElectionCommand,
    readonly order: Order,
  ) {
    super();
  }
}

@CommandHandler(GroupCommand)
export class GroupCommandHandler implements ICommandHandler<GroupCommand> {
  constructor(private readonly repository: GroupRepository) {}

  async execute({ group, command, order }: GroupCommand): Promise<Receipt> {
    return this.repository.transact(group, command, order);
  }
}
