import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CommandRefused } from '@conclave/coordination';
import { leaderBody } from '@conclave/views';
import { Node } from '@conclave/node';
import { FenceQuery, FenceReply, GroupPath, LeaderQuery, LeaderReply } from '@conclave/contract';
import { Documented } from '../edge/documented.js';
import { checkStill } from '../access/credential-end.js';
import { heed } from '../edge/heed.js';
import { atLeast, checkLives, headAtLeast, knownHead, tag } from '../edge/reads.js';

type Path = GroupPath;

@Controller('v1/groups/:g')
export class ConsumersController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get('leader')
  @Documented(
    'consumers',
    'Who leads now; waits for news with afterTerm or afterVersion and waitMs',
    { 200: LeaderReply },
    ['group-unknown', 'group-deleted', 'position-not-reached'],
  )
  async leader(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: LeaderQuery }) query: LeaderQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LeaderReply> {
    await headAtLeast(this.node, g, query.atLeast);
    const { afterTerm, afterVersion, waitMs } = query;
    const isNews = () => {
      if (reply.raw.destroyed) return true; // nobody waits any more
      const { state } = knownHead(this.node, g);
      return (
        (afterTerm === undefined || state.term > afterTerm) &&
        (afterVersion === undefined || state.version > afterVersion)
      );
    };
    await this.node.tail.until(isNews, waitMs);
    await checkStill(reply.request);
    const { state, position } = knownHead(this.node, g);
    tag(reply, state.version);
    return leaderBody(state, position, this.node.time.now(state.id));
  }

  @Get('fence')
  @Documented(
    'consumers',
    "Whether a term still counts, decided on the store's head, not on a view",
    { 200: FenceReply },
    [
      'group-unknown',
      'group-deleted',
      'term-stale',
      'store-unavailable',
      'position-not-reached',
      'log-replaced',
    ],
  )
  async fence(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: FenceQuery }) query: FenceQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FenceReply> {
    await atLeast(this.node, query.atLeast);
    if (query.certificate !== undefined) await heed(this.node, g, query.certificate);
    await this.node.proof.ofNow();
    const head = await this.node.repository.refresh(g);
    const { state } = head.state.version === 0 ? knownHead(this.node, g) : checkLives(head);
    const { runner, term } = query;
    // others have led after what the log of a backup holds
    const isHeld =
      state.leadership?.runner === runner && state.leadership.term === term && term === state.term;
    if (!isHeld) {
      throw new CommandRefused(
        'term-stale',
        `runner "${runner}" does not hold term ${term} of group "${g}"; refuse its work.`,
        state,
      );
    }
    tag(reply, state.version);
    return { valid: true, group: g, runner, term, version: state.version };
  }
}
