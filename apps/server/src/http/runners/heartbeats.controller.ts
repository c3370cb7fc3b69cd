import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Beat } from '@conclave/presence';
import { Node } from '@conclave/node';
import { BatchBody, BatchReply, HeartbeatBody, HeartbeatReply, RunnerPath } from '@conclave/contract';
import { secretHashOf } from '../commands/order-of.js';
import { hashOfSecret } from '../edge/headers.js';
import { Counts } from '../../metrics/counts.js';
import { callerOf, checkSpeaksFor } from '../access/callers.js';
import { Documented, RunnerHeaders } from '../edge/documented.js';
import { heed } from '../edge/heed.js';
import { problemOf } from '../edge/problem-of.js';

type Signed = Beat & { certificate?: string | undefined };

@Controller('v1')
export class HeartbeatsController {
  constructor(
    @Inject(Node) private readonly node: Node,
    @Inject(Counts) private readonly counts: Counts,
  ) {}

  @Post('groups/:g/runners/:r/heartbeat')
  @HttpCode(200)
  @RunnerHeaders()
  @Documented('runners', 'A runner lives; a leader renews its lease', { 200: HeartbeatReply }, [
    'group-unknown',
    'group-deleted',
    'runner-unknown',
    'beat-stale',
    'secret-wrong',
    'term-unknown',
    'log-replaced',
    'store-unavailable',
  ])
  async beat(
    @Param({ schema: RunnerPath }) { g, r }: RunnerPath,
    @Body({ schema: HeartbeatBody }) body: HeartbeatBody,
    @Req() request: FastifyRequest,
  ): Promise<HeartbeatReply> {
    checkSpeaksFor(callerOf(request), { group: g, runner: r, incarnation: body.incarnation });
    return this.counted({ group: g, runner: r, secretHash: secretHashOf(request), ...body });
  }

  @Post('heartbeats')
  @HttpCode(200)
  @Documented(
    { audience: 'runners', scope: 'some' },
    'Up to 1,000 beats at once, answered in order, each with its own status',
    { 200: BatchReply },
  )
  async beats(
    @Body({ schema: BatchBody }) { beats }: BatchBody,
    @Req() request: FastifyRequest,
  ): Promise<BatchReply> {
    const caller = callerOf(request);
    const answer = async ({ secret, ...beat }: (typeof beats)[number]) => {
      const secretHash = secret === undefined ? undefined : hashOfSecret(secret);
      try {
        checkSpeaksFor(caller, beat);
        return { status: 200 as const, ...(await this.counted({ ...beat, secretHash })) };
      } catch (error) {
        return problemOf(error, request.id, this.node);
      }
    };
    return { replies: await Promise.all(beats.map(answer)) };
  }

  private async counted(beat: Signed): Promise<HeartbeatReply> {
    try {
      const reply = await this.answered(beat);
      this.counts.beat(reply.role);
      return reply;
    } catch (error) {
      this.counts.beat((error as { code?: string }).code ?? 'internal');
      throw error;
    }
  }

  /** A grant comes with a certificate of it. */
  private async answered({ certificate, ...beat }: Signed): Promise<HeartbeatReply> {
    const heardMs = this.node.clock.wallMs();
    if (certificate !== undefined) await heed(this.node, beat.group, certificate);
    const reply = await this.node.presence.reception.hear(beat);
    if (reply.leaseMs === 0) return reply;
    return { ...reply, certificate: await this.node.certificates.of(beat, reply, heardMs) };
  }
}
