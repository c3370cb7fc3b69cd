import { Controller, Get, Inject, Options, Param, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { IsLeaderReply, RunnerPath } from '@conclave/contract';
import { Node } from '@conclave/node';
import { whyNotLeading } from '@conclave/views';
import { ApiProblem } from '../edge/api-problem.js';
import { Documented } from '../edge/documented.js';

const REPLIES = { 200: IsLeaderReply };

/** What a load balancer asks: the status alone is the answer, and anything but 200 means "send nothing there". */
@Controller('v1/groups/:g/runners/:r/is-leader')
export class IsLeaderController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @Documented(
    'consumers',
    'Whether a runner leads now, as far as this server may say: 200 or 503, for load balancers',
    REPLIES,
    ['not-leading'],
  )
  isLeader(
    @Param({ schema: RunnerPath }) { g, r }: RunnerPath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): IsLeaderReply {
    const { groups, presence } = this.node;
    const state = groups.get(g);
    void reply.header('cache-control', 'no-store');
    const why = whyNotLeading(g, r, state, presence.unprovedMs());
    if (why !== null) throw new ApiProblem('not-leading', `${why}.`);
    return { leads: true, group: g, runner: r, term: state!.term };
  }

  /** Some balancers ask so. Where pages of others may ask, it must not be taken for their preflight: 204 is a yes. */
  @Options()
  @RouteConfig({ rule: { audience: 'consumers', scope: 'group' }, cors: false })
  @Documented('consumers', 'The same, for balancers that ask with OPTIONS', REPLIES, ['not-leading'])
  askOptions(
    @Param({ schema: RunnerPath }) path: RunnerPath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): IsLeaderReply {
    return this.isLeader(path, reply);
  }
}
