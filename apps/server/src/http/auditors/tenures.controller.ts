import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { availabilityOf, windowOf } from '@conclave/audit';
import { Node } from '@conclave/node';
import { GroupPath, TenuresPage, TenuresQuery } from '@conclave/contract';
import { Documented } from '../edge/documented.js';
import { atLeast, knownHead } from '../edge/reads.js';
import { CSV, tenuresCsv } from './tenures-csv.js';

@Controller('v1/groups/:g/tenures')
export class TenuresController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @Documented(
    'auditors',
    'Every term: who, from when to when, how it ended; and how well the group was led. CSV with Accept: text/csv',
    { 200: TenuresPage },
    ['group-unknown', 'position-not-reached'],
  )
  async tenures(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: TenuresQuery }) query: TenuresQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await atLeast(this.node, query.atLeast);
    const { state } = knownHead(this.node, g);
    const { tenures } = this.node;
    if (accept?.includes(CSV)) {
      await reply.type(`${CSV}; charset=utf-8`).send(tenuresCsv([{ group: g, tenures: tenures.of(g) }]));
      return;
    }
    const { from, to } = windowOf(query, state.createdAt!, this.node.now());
    await reply.send({
      ...tenures.page(g, query.from, query.limit, { since: from, until: to }),
      availability: availabilityOf(tenures.of(g), from, to),
    });
  }
}
