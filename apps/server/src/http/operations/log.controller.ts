import { Body, Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Node } from '@conclave/node';
import { AcceptBody, EvidenceBody, LogReply } from '@conclave/contract';
import { ActorHeader, Documented } from '../edge/documented.js';
import { callerOf, forbidden, operatorOf, shownTo } from '../access/callers.js';
import { ApiProblem } from '../edge/api-problem.js';

/**
 * The log as a whole: whether it is the one that this server knew. Answers also while the server is stopped
 * for it.
 */
@Controller('v1/log')
export class LogController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @Documented(
    { audience: 'auditors', scope: 'all' },
    'Whether the log is the one that this server knew, and what is lost',
    { 200: LogReply },
  )
  log(): LogReply {
    return this.seen();
  }

  /** Nobody is told what became of the log before this server has read it: operators ask, and go on by the answer. */
  private seen(): LogReply {
    const { review, health } = this.node;
    const reply = review.report();
    if (reply.digest === null && !health.mayDecide)
      throw new ApiProblem('not-ready', `${health.reasonsNotReady().join('; ').replace(/\.$/, '')}.`);
    return reply;
  }

  @Post('accept')
  @HttpCode(200)
  @ActorHeader()
  @Documented(
    { audience: 'admins', scope: 'all' },
    'Takes the log as it is, after a restore: terms go on above every known one',
    { 200: LogReply },
    ['version-conflict'],
  )
  accept(
    @Body({ schema: AcceptBody }) { digest, reason }: AcceptBody,
    @Req() request: FastifyRequest,
  ): LogReply {
    const { review } = this.node;
    const before = this.seen();
    // nobody has seen yet what is different
    if (before.state === 'known' || before.accepted || !this.node.tail.isHeld) return before;
    if (digest !== undefined && digest !== before.digest) {
      throw new ApiProblem(
        'version-conflict',
        `what is different now has digest ${before.digest}, not ${digest}. Look again, then decide again.`,
      );
    }
    review.accept({
      by: operatorOf(request, null),
      auth: callerOf(request).auth,
      reason,
      correlationId: request.id,
    });
    return review.report();
  }

  @Post('evidence')
  @HttpCode(200)
  @Documented(
    { audience: 'runners', scope: 'some' },
    'A runner shows a certificate of a term that a server does not know',
    { 200: LogReply },
  )
  async evidence(
    @Body({ schema: EvidenceBody }) { group, certificate }: EvidenceBody,
    @Req() request: FastifyRequest,
  ): Promise<LogReply> {
    if (!shownTo(request, 'runners')(group))
      throw forbidden(callerOf(request), `speak for a runner of group "${group}"`);
    await this.node.witness.testify(group, certificate);
    return this.node.review.report((one) => one === group); // who runs in one group is not told of others
  }
}
