import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { GroupCommand, type Order, type Receipt } from '@conclave/coordination';
import type { ElectionCommand, Id } from '@conclave/election';
import { leaderBody } from '@conclave/views';
import type { Engine } from '../engine.js';
import type { WriteReply } from './api-schemas.js';
import { tag } from './reads.js';

/** How long a write waits to be seen by reads of this server; it is durable already, so this is comfort only. */
const READ_BACK_MS = 2_000;

/** Sends commands over Nest's bus and answers them in the one form that all writes have. */
export class Writes {
  constructor(
    private readonly bus: CommandBus,
    private readonly engine: Engine,
  ) {}

  async send(group: Id, command: ElectionCommand, order: Order): Promise<Receipt> {
    const receipt = await this.bus.execute(new GroupCommand(group, command, order));
    if (receipt.changed) await this.engine.tail.reached(receipt.position, READ_BACK_MS);
    return receipt;
  }

  async answer(reply: FastifyReply, receipt: Receipt): Promise<z.infer<typeof WriteReply>> {
    const { changed, state, position } = receipt;
    tag(reply, state.version);
    return {
      changed,
      version: state.version,
      position,
      events: await this.engine.repository.recorded(state.id, receipt),
      leader: leaderBody(state, position, this.engine.now()),
    };
  }
}
