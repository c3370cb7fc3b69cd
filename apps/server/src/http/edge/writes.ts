import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { GroupCommand, type Order, type Receipt } from '@conclave/coordination';
import type { ElectionCommand, Id } from '@conclave/election';
import { leaderBody } from '@conclave/views';
import type { Node } from '@conclave/node';
import type { WriteReply } from '@conclave/contract';
import { tag } from './reads.js';

/** Sends commands over Nest's bus and answers them in the one form that all writes have. */
export class Writes {
  constructor(
    private readonly bus: CommandBus,
    private readonly node: Node,
  ) {}

  async send(group: Id, command: ElectionCommand, order: Order): Promise<Receipt> {
    return this.bus.execute(new GroupCommand(group, command, order));
  }

  /** Carries out an operator's command, or with `?dryRun=true` says what it would do. */
  async operate(group: Id, command: ElectionCommand, order: Order, dryRun: boolean, reply: FastifyReply): Promise<WriteReply> {
    if (!dryRun) return this.answer(reply, await this.send(group, command, order));
    const { state, position, events } = await this.node.repository.preview(group, command, order);
    return {
      changed: events.length > 0,
      dryRun: true,
      version: state.version,
      position,
      leader: leaderBody(state, position, this.node.now()),
      events: events.map(({ position: _position, meta: { id: _id, hash: _hash, ...meta }, ...event }) => ({ ...event, meta })),
    };
  }

  /** Whether the group had one of these when it was last read. */
  has(group: Id, what: 'pin' | 'pause'): boolean {
    return this.node.groups.get(group)?.[what] != null;
  }

  async answer(reply: FastifyReply, receipt: Receipt): Promise<WriteReply> {
    const { changed, state, position } = receipt;
    tag(reply, state.version);
    return {
      changed,
      version: state.version,
      position,
      events: [...(await this.node.repository.recorded(state.id, receipt))],
      leader: leaderBody(state, position, this.node.now()),
    };
  }
}
