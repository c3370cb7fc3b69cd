import { CommandBus } from '@nestjs/cqrs';
import type { ElectionCommand, Id } from '@conclave/election';
import { randomUuid } from '@conclave/kernel';
import { GroupCommand } from './group-command.js';
import type { Receipt } from './order.js';

export type SystemActor = 'system:presence' | 'system:deadlines' | `runner:${string}`;

/** How the system itself sends commands: through the bus, like any client (docs/architecture.md). */
export class Commander {
  constructor(private readonly bus: CommandBus) {}

  async send(group: Id, command: ElectionCommand, actor: SystemActor, reason: string | null = null): Promise<Receipt> {
    const commandId = randomUuid();
    return this.bus.execute(new GroupCommand(group, command, { actor, reason, commandId, correlationId: commandId, requestHash: '' }));
  }
}
