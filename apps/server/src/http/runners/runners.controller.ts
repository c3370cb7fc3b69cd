import { Body, Controller, Delete, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { runnerBody } from '@conclave/views';
import { Node } from '@conclave/node';
import { DeregisterQuery, RegisterBody, RegisterReply, ReleaseBody, ResignBody, RunnerPath, WriteReply } from '@conclave/contract';
import { Documented } from '../edge/documented.js';
import { heed } from '../edge/heed.js';
import { operatorOf, orderOf, vouchedBy } from '../edge/order-of.js';
import { tag } from '../edge/reads.js';
import { Writes } from '../edge/writes.js';

type Path = RunnerPath;
const REFUSALS = ['group-unknown', 'runner-unknown', 'term-stale', 'incarnation-superseded', 'contended', 'store-unavailable', 'store-full'] as const;

@Controller('v1/groups/:g/runners/:r')
export class RunnersController {
  constructor(
    @Inject(Writes) private readonly writes: Writes,
    @Inject(Node) private readonly node: Node,
  ) {}

  @Put()
  @Documented('runners', 'Registers a runner, or a new process of it; idempotent', { 200: RegisterReply, 201: RegisterReply }, [...REFUSALS])
  async register(
    @Param({ schema: RunnerPath }) { g, r }: Path,
    @Body({ schema: RegisterBody }) body: RegisterBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RegisterReply> {
    const { incarnation, platform, labels, priority, ready = false, previousExited = null } = body;
    const receipt = await this.writes.send(
      g,
      { type: 'RegisterRunner', runner: r, incarnation, platform, labels, priority, ready, previousExited },
      orderOf(request, g, `runner:${r}`, body),
    );
    const { state, changed, position } = receipt;
    const runner = state.runners.get(r)!;
    const isNew = changed && runner.seniority >= receipt.firstVersion;
    tag(reply.status(isNew ? 201 : 200), state.version);
    return {
      ...runnerBody(state, runner, this.node.presence.lastSeenAt(g, r)),
      term: state.term,
      leader: state.leadership?.runner ?? null,
      leaseMs: 0,
      heartbeatMs: state.settings.heartbeatMs,
      changed,
      version: state.version,
      position,
    };
  }

  @Post('release')
  @HttpCode(200)
  @Documented('runners', 'The leader has stopped: ends its term, led or in handover. A promise', { 200: WriteReply }, [...REFUSALS])
  async release(
    @Param({ schema: RunnerPath }) { g, r }: Path,
    @Body({ schema: ReleaseBody }) body: ReleaseBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    const { certificate, ...content } = body;
    const { incarnation, term } = content;
    if (certificate !== undefined) await heed(this.node, g, certificate);
    const receipt = await this.writes.send(
      g,
      { type: 'ReleaseLeadership', runner: r, incarnation, term },
      orderOf(request, g, `runner:${r}`, content),
    );
    this.node.presence.sessions.goodbye({ group: g, runner: r, incarnation });
    return this.writes.answer(reply, receipt);
  }

  @Post('resign')
  @HttpCode(200)
  @Documented('runners', 'Like release, and the runner is not elected again until the cooldown is over', { 200: WriteReply }, [...REFUSALS])
  async resign(
    @Param({ schema: RunnerPath }) { g, r }: Path,
    @Body({ schema: ResignBody }) body: ResignBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    const { incarnation, term, cooldownMs = null } = body;
    const receipt = await this.writes.send(
      g,
      { type: 'ResignLeadership', runner: r, incarnation, term, cooldownMs },
      orderOf(request, g, vouchedBy(request, r), body),
    );
    this.node.presence.sessions.goodbye({ group: g, runner: r, incarnation });
    return this.writes.answer(reply, receipt);
  }

  @Delete()
  @Documented('runners', 'Removes a runner: by itself (with incarnation) or by an operator', { 200: WriteReply }, [...REFUSALS])
  async deregister(
    @Param({ schema: RunnerPath }) { g, r }: Path,
    @Query({ schema: DeregisterQuery }) query: DeregisterQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    const { incarnation = null, dryRun, ...content } = query;
    const actor = incarnation === null ? operatorOf(request) : `runner:${r}`;
    if (incarnation && dryRun === 'false') this.node.presence.sessions.goodbye({ group: g, runner: r, incarnation });
    const order = orderOf(request, g, actor, { ...content, ...(incarnation !== null && { incarnation }) });
    return this.writes.operate(g, { type: 'DeregisterRunner', runner: r, incarnation }, order, dryRun === 'true', reply);
  }
}
