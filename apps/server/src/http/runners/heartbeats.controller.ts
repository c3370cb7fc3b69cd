import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '@conclave/access';
import type { Id } from '@conclave/election';
import type { Arrival, Beat } from '@conclave/presence';
import { giveWay } from '@conclave/kernel';
import { Node } from '@conclave/node';
import {
  type Auth,
  BatchBody,
  BatchedBeat,
  BatchReply,
  HeartbeatBody,
  HeartbeatReply,
  RunnerPath,
} from '@conclave/contract';
import { secretHashOf } from '../commands/order-of.js';
import { hashOfSecret } from '../edge/headers.js';
import { Counts } from '../../metrics/counts.js';
import { callerOf, checkSpeaksFor, speakerIn } from '../access/callers.js';
import { Documented, RunnerHeaders } from '../edge/documented.js';
import { heed } from '../edge/heed.js';
import type { Problem } from '../edge/problem-of.js';
import { validAtOnce } from '../edge/validation.js';
import { settle } from './settle.js';

/** Beats of a batch that are heard at once. */
const IN_A_ROW = 50;

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
    'Up to 1,000 beats at once, answered in order, each with its own status, also one that is none',
    { 200: BatchReply },
  )
  async beats(
    @Body({ schema: BatchBody }) { beats }: { beats: readonly unknown[] },
    @Req() request: FastifyRequest,
    problemOf: (error: unknown) => Problem,
  ): Promise<BatchReply> {
    const answered = (reply: HeartbeatReply) => {
      const one = this.count(reply) as HeartbeatReply & { status: 200 }; // made for this beat; a copy of it takes its time
      one.status = 200;
      return one;
    };
    const refused = (error: unknown) => {
      const problem = problemOf(error);
      this.counts.beat(problem.code);
      return problem;
    };
    const { reception } = this.node.presence;
    let arrival: Arrival;
    const answer = (one: unknown) => {
      const act = () => {
        const said = validAtOnce(BatchedBeat, one);
        const { group, runner, secret, certificate } = said;
        const hear = (speaker: Caller) => {
          checkSpeaksFor(speaker, said);
          const secretHash = secret === undefined ? undefined : hashOfSecret(secret);
          return this.answer(beatOf(group, runner, said, secretHash, speaker.auth), certificate, arrival);
        };
        const speaker = speakerIn(request, said.credential);
        return speaker instanceof Promise ? speaker.then(hear) : hear(speaker);
      };
      return settle(act, answered, refused);
    };
    const answers: ReturnType<typeof answer>[] = [];
    for (let from = 0; from < beats.length; from += IN_A_ROW) {
      await giveWay('beats'); // also small ones, or a leader who beats for itself waits for all batches before
      arrival = reception.arrival();
      const row = beats.slice(from, from + IN_A_ROW);
      reception.readAhead(row);
      for (const one of row) answers.push(answer(one));
    }
    const replies: BatchReply['replies'] = [];
    for (const reply of answers) replies.push(reply instanceof Promise ? await reply : reply);
    return { replies };
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
  private answer(
    beat: Beat,
    certificate: string | undefined,
    arrival: Arrival,
  ): HeartbeatReply | Promise<HeartbeatReply> {
    const { node } = this;
    const { reception } = node.presence;
    const reply =
      certificate === undefined
        ? reception.hear(beat, arrival)
        : heed(node, beat.group, certificate).then(() => reception.hear(beat));
    return reply instanceof Promise
      ? reply.then(async (late) => this.certified(beat, late, arrival.wallMs))
      : reply;
  }

  /** A grant comes with a certificate of it. */
  private async certified(beat: Beat, reply: HeartbeatReply, heardMs: number): Promise<HeartbeatReply> {
    if (reply.leaseMs === 0) return reply;
    return { ...reply, certificate: await this.node.certificates.of(beat, reply, heardMs) };
  }
}

/** Each field by its name: copies of what is left over take a tenth of the time of a beat. */
const beatOf = (
  group: Id,
  runner: Id,
  { incarnation, sequence, term, acked, released }: HeartbeatBody,
  secretHash: string | undefined,
  auth: Auth,
): Beat => ({ group, runner, incarnation, sequence, term, acked, released, secretHash, auth });
