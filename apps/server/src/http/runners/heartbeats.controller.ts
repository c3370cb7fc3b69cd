import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Arrival, Beat } from '@conclave/presence';
import { Node } from '@conclave/node';
import {
  BatchBody,
  BatchReply,
  HeartbeatBody,
  HeartbeatReply,
  RunnerPath,
  type ShortBeats,
} from '@conclave/contract';
import { secretHashOf } from '../commands/order-of.js';
import { Counts } from '../../metrics/counts.js';
import { callerOf, checkSpeaksFor } from '../access/callers.js';
import { Documented, RunnerHeaders } from '../edge/documented.js';
import { heed } from '../edge/heed.js';
import type { Problem } from '../edge/problem-of.js';
import { Batch } from './batch.js';
import { beatOf } from './beat-of.js';
import { settle } from './settle.js';

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
  beat(
    @Param({ schema: RunnerPath }) { g, r }: RunnerPath,
    @Body({ schema: HeartbeatBody }) body: HeartbeatBody,
    @Req() request: FastifyRequest,
  ): HeartbeatReply | Promise<HeartbeatReply> {
    const caller = callerOf(request);
    const act = () => {
      checkSpeaksFor(caller, { group: g, runner: r, incarnation: body.incarnation });
      const beat = beatOf(g, r, body, secretHashOf(request), caller.auth);
      return this.answer(beat, body.certificate, this.node.presence.reception.arrival());
    };
    return settle(act, this.count, this.countRefusal);
  }

  @Post('heartbeats')
  @HttpCode(200)
  @Documented(
    { audience: 'runners', scope: 'some' },
    'Up to 1,000 beats at once, answered in order, each with its own status, also one that is none; and as many that are three numbers',
    { 200: BatchReply },
  )
  async beats(
    @Body({ schema: BatchBody }) { beats, short }: { beats: readonly unknown[]; short?: ShortBeats },
    @Req() request: FastifyRequest,
    problemOf: (error: unknown) => Problem,
  ): Promise<BatchReply> {
    const { counts, answer: hear } = this;
    const { reception } = this.node.presence;
    const key = short && reception.short.keyOf(short.key);
    const batch = new Batch({ request, reception, counts, hear, problemOf }, key);
    const answers = await batch.hearAll(beats);
    const said = short && (await batch.hearShort(short.beats, answers));
    const replies: BatchReply['replies'] = [];
    for (const answer of answers) replies.push(answer instanceof Promise ? await answer : answer);
    return said ? { replies, short: said } : { replies };
  }

  private count = (reply: HeartbeatReply): HeartbeatReply => {
    this.counts.beat(reply.role);
    return reply;
  };

  private countRefusal = (error: unknown): never => {
    this.counts.beat((error as { code?: string }).code ?? 'internal');
    throw error;
  };

  /** At once, if nothing needs to be waited for: a standby's beat is answered from memory (L3). */
  private answer = (
    beat: Beat,
    certificate: string | undefined,
    arrival: Arrival,
  ): HeartbeatReply | Promise<HeartbeatReply> => {
    const { node } = this;
    const { reception } = node.presence;
    const reply =
      certificate === undefined
        ? reception.hear(beat, arrival)
        : heed(node, beat.group, certificate).then(() => reception.hear(beat));
    return reply instanceof Promise
      ? reply.then(async (late) => this.certified(beat, late, arrival.wallMs))
      : reply;
  };

  /** A grant comes with a certificate of it. */
  private async certified(beat: Beat, reply: HeartbeatReply, heardMs: number): Promise<HeartbeatReply> {
    if (reply.leaseMs === 0) return reply;
    return { ...reply, certificate: await this.node.certificates.of(beat, reply, heardMs) };
  }
}
