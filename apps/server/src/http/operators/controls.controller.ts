import { Body, Controller, Delete, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ElectionCommand } from '@conclave/election';
import {
  DrainBody,
  DryRunQuery,
  ForgiveBody,
  GroupPath,
  PauseBody,
  PinBody,
  RunnerPath,
  TransferBody,
  WriteQuery,
  WriteReply,
} from '@conclave/contract';
import { Documented, OPERATOR_REFUSALS, OperatorHeaders } from '../edge/documented.js';
import { lifetimeOf } from '../edge/lifetime-of.js';
import { operatorOf, orderOf } from '../edge/order-of.js';
import { Writes } from '../edge/writes.js';

type Path = GroupPath;

interface Content {
  reason?: string | undefined;
  ifTerm?: number | undefined;
  dryRun: string;
}

/** Operators choose: who leads, and whether anybody is elected. */
@Controller('v1/groups/:g')
export class ControlsController {
  constructor(@Inject(Writes) private readonly writes: Writes) {}

  @Put('pin')
  @OperatorHeaders()
  @Documented('operators', 'Only this runner may lead (strict), or it leads whenever it can (prefer)', { 200: WriteReply, 201: WriteReply }, [
    ...OPERATOR_REFUSALS,
  ])
  async pin(
    @Param({ schema: GroupPath }) { g }: Path,
    @Body({ schema: PinBody }) body: PinBody,
    @Query({ schema: DryRunQuery }) { dryRun }: DryRunQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    return this.put(g, { type: 'PinLeader', runner: body.runner, mode: body.mode, ...lifetimeOf(body) }, { ...body, dryRun }, request, reply);
  }

  @Delete('pin')
  @OperatorHeaders()
  @Documented('operators', 'Lifts the pin', { 200: WriteReply }, [...OPERATOR_REFUSALS])
  async unpin(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: WriteQuery }) query: WriteQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    return this.send(g, { type: 'UnpinLeader' }, query, request, reply);
  }

  @Put('pause')
  @OperatorHeaders()
  @Documented('operators', 'Holds elections: a leader stays, nobody is elected', { 200: WriteReply, 201: WriteReply }, [...OPERATOR_REFUSALS])
  async pause(
    @Param({ schema: GroupPath }) { g }: Path,
    @Body({ schema: PauseBody }) body: PauseBody,
    @Query({ schema: DryRunQuery }) { dryRun }: DryRunQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    const { expiresAt, ttlMs } = lifetimeOf(body);
    return this.put(g, { type: 'PauseElections', expiresAt, ttlMs }, { ...body, dryRun }, request, reply);
  }

  @Post('drain')
  @HttpCode(200)
  @OperatorHeaders()
  @Documented('operators', 'Tells the leader to stop and holds elections until they are resumed or the time is over', { 200: WriteReply }, [
    ...OPERATOR_REFUSALS,
  ])
  async drain(
    @Param({ schema: GroupPath }) { g }: Path,
    @Body({ schema: DrainBody }) body: DrainBody,
    @Query({ schema: DryRunQuery }) { dryRun }: DryRunQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    const { expiresAt, ttlMs } = lifetimeOf(body);
    return this.send(g, { type: 'DrainGroup', expiresAt, ttlMs }, { ...body, dryRun }, request, reply);
  }

  @Delete('pause')
  @OperatorHeaders()
  @Documented('operators', 'Elections go on', { 200: WriteReply }, [...OPERATOR_REFUSALS])
  async resume(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: WriteQuery }) query: WriteQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    return this.send(g, { type: 'ResumeElections' }, query, request, reply);
  }

  @Post('transfer')
  @HttpCode(200)
  @OperatorHeaders()
  @Documented('operators', 'Hands the lead over once, to a named runner or to the next best', { 200: WriteReply }, [
    ...OPERATOR_REFUSALS,
    'runner-ineligible',
    'no-eligible-runner',
    'elections-paused',
    'handover-running',
  ])
  async transfer(
    @Param({ schema: GroupPath }) { g }: Path,
    @Body({ schema: TransferBody }) body: TransferBody,
    @Query({ schema: DryRunQuery }) { dryRun }: DryRunQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    const order = orderOf(request, g, operatorOf(request), body);
    const { to = null, force = false, deadlineMs = null } = body;
    const command = { type: 'TransferLeadership' as const, transfer: order.commandId, to, force, deadlineMs };
    return this.writes.operate(g, command, order, dryRun === 'true', reply);
  }

  @Post('runners/:r/forgive')
  @HttpCode(200)
  @OperatorHeaders()
  @Documented('operators', 'Forgets that a runner fell silent often: flap damping holds it back no longer', { 200: WriteReply }, [
    ...OPERATOR_REFUSALS,
  ])
  async forgive(
    @Param({ schema: RunnerPath }) { g, r }: RunnerPath,
    @Body({ schema: ForgiveBody }) body: ForgiveBody,
    @Query({ schema: DryRunQuery }) { dryRun }: DryRunQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    return this.send(g, { type: 'ForgiveRunner', runner: r }, { ...body, dryRun }, request, reply);
  }

  /** 201 if there was none before. */
  private async put(group: string, command: ElectionCommand, content: Content, request: FastifyRequest, reply: FastifyReply): Promise<WriteReply> {
    const had = this.writes.has(group, command.type === 'PinLeader' ? 'pin' : 'pause');
    const answer = await this.send(group, command, content, request, reply);
    void reply.status(answer.changed && !answer.dryRun && !had ? 201 : 200);
    return answer;
  }

  private async send(
    group: string,
    command: ElectionCommand,
    { dryRun, ...content }: Content,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<WriteReply> {
    return this.writes.operate(group, command, orderOf(request, group, operatorOf(request), content), dryRun === 'true', reply);
  }
}
