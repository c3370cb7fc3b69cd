import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GroupState, RunnerState } from '@conclave/election';
import { groupBody, isInState, leaderBody, mentions, runnerBody } from '@conclave/views';
import { Node } from '@conclave/node';
import {
  GroupPath,
  GroupReply,
  GroupsPage,
  GroupsQuery,
  ReadQuery,
  type RunnerReply,
  RunnersPage,
  RunnersQuery,
} from '@conclave/contract';
import { shownTo } from '../access/callers.js';
import { PageWeight } from '../edge/page-weight.js';
import { Documented } from '../edge/documented.js';
import { atLeast, knownHead, livingHeads, tag, unreadable } from '../edge/reads.js';

@Controller('v1/groups')
export class GroupsController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @Documented(
    { audience: 'consumers', scope: 'some' },
    'All groups and who leads them, by id; or those in a state, or in which words stand: names of groups, runners, labels, people',
    { 200: GroupsPage },
    ['position-not-reached'],
  )
  async list(
    @Query({ schema: GroupsQuery }) query: GroupsQuery,
    @Req() request: FastifyRequest,
  ): Promise<GroupsPage> {
    await atLeast(this.node, query.atLeast);
    const isShown = shownTo(request, 'consumers');
    const words = query.find?.split(/\s+/);
    const heads = livingHeads(this.node)
      .filter(({ state }) => isShown(state.id))
      .filter(({ state }) => query.after === undefined || state.id > query.after)
      .filter(({ state }) => query.state === undefined || isInState(state, query.state))
      .filter(({ state }) => words === undefined || mentions(state, words))
      .sort((a, b) => (a.state.id < b.state.id ? -1 : 1));
    const page = heads.slice(0, query.limit);
    return {
      groups: page.map(({ state, position }) => leaderBody(state, position, this.node.time.now(state.id))),
      unreadable: unreadable(this.node).filter(({ group }) => isShown(group)),
      next: heads.length > page.length ? page.at(-1)!.state.id : null,
      position: this.node.tail.position,
    };
  }

  @Get(':g')
  @Documented('consumers', 'One group: settings, leader, verdict for every runner now', { 200: GroupReply }, [
    'group-unknown',
    'group-deleted',
    'position-not-reached',
  ])
  async read(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: ReadQuery }) query: ReadQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GroupReply> {
    await atLeast(this.node, query.atLeast);
    const head = knownHead(this.node, g);
    tag(reply, head.state.version);
    return groupBody(head, this.node.time.now(head.state.id));
  }

  @Get(':g/runners')
  @Documented('consumers', 'The runners of a group, oldest first', { 200: RunnersPage }, [
    'group-unknown',
    'group-deleted',
    'position-not-reached',
  ])
  async runners(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: RunnersQuery }) query: RunnersQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunnersPage> {
    await atLeast(this.node, query.atLeast);
    const { state, position } = knownHead(this.node, g);
    tag(reply, state.version);
    const weight = new PageWeight();
    const runners: RunnerReply[] = [];
    let next: string | null = null;
    for (const runner of runnersAfter(state, query.after)) {
      if (weight.isFull) {
        next = runners.at(-1)!.runner;
        break;
      }
      const body = runnerBody(state, runner, this.node.presence.lastSeenAt(g, runner.id));
      weight.add(body);
      runners.push(body);
    }
    return { runners, next, version: state.version, position };
  }
}

/** Oldest first; whoever is named may have gone meanwhile: then from the beginning, which repeats, but misses nobody. */
function runnersAfter({ runners }: GroupState, after: string | undefined): RunnerState[] {
  const all = [...runners.values()];
  return all.slice(all.findIndex(({ id }) => id === after) + 1);
}
