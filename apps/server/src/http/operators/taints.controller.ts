import { Body, Controller, Delete, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DryRunQuery, TaintBody, TaintPath, WriteQuery, WriteReply } from '@conclave/contract';
import { Documented, OPERATOR_REFUSALS, OperatorHeaders } from '../edge/documented.js';
import { lifetimeOf } from '../edge/lifetime-of.js';
import { operatorOf, orderOf } from '../edge/order-of.js';
import { Writes } from '../edge/writes.js';

type Path = TaintPath;

@Controller('v1/groups/:g/runners/:r/taints/:key')
export class TaintsController {
  constructor(@Inject(Writes) private readonly writes: Writes) {}

  @Put()
  @OperatorHeaders()
  @Documented('operators', 'Keeps a runner from leading, until the taint is lifted', { 200: WriteReply, 201: WriteReply }, [...OPERATOR_REFUSALS])
  async taint(
    @Param({ schema: TaintPath }) { g, r, key }: Path,
    @Body({ schema: TaintBody }) body: TaintBody,
    @Query({ schema: DryRunQuery }) { dryRun }: DryRunQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    const order = orderOf(request, g, operatorOf(request), body);
    const command = { type: 'TaintRunner' as const, runner: r, key, effect: body.effect ?? 'NoLead', ...lifetimeOf(body) };
    const answer = await this.writes.operate(g, command, order, dryRun === 'true', reply);
    const isNew = answer.changed && !answer.dryRun && answer.events.some(({ type, data }) => type === 'RunnerTainted' && data.replaces === false);
    void reply.status(isNew ? 201 : 200);
    return answer;
  }

  @Delete()
  @OperatorHeaders()
  @Documented('operators', 'Lifts a taint', { 200: WriteReply }, [...OPERATOR_REFUSALS])
  async untaint(
    @Param({ schema: TaintPath }) { g, r, key }: Path,
    @Query({ schema: WriteQuery }) { dryRun, ...query }: WriteQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WriteReply> {
    const order = orderOf(request, g, operatorOf(request), query);
    return this.writes.operate(g, { type: 'UntaintRunner', runner: r, key, cause: 'request' }, order, dryRun === 'true', reply);
  }
}
