import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { GroupState, Id, RunnerState } from '@conclave/election';
import { groupBody, isInState, leaderBody, mentions, runnerBody } from '@conclave/views';
import { breather, Node } from '@conclave/node';
import {
  GroupPath,
  GroupReply,
  GroupsPage,
  GroupsQuery,
  type LeaderReply,
  ReadQuery,
  type RunnerReply,
  RunnersPage,
  RunnersQuery,
} from '@conclave/contract';
import { shownTo } from '../access/callers.js';
import { PageWeight } from '../edge/page-weight.js';
import { Documented } from '../edge/documented.js';
import { clientGone } from '../streaming/client-gone.js';
import { atLeast, headAtLeast, livingHeads, tag, unreadable } from '../edge/reads.js';

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
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GroupsPage> {
    await atLeast(this.node, query.atLeast);
    const isShown = shownTo(reply.request, 'consumers');
    const words = query.find?.split(/\s+/);
    const breathe = breather(clientGone(reply));
    const { position: read } = this.node.tail; // of the page's first moment: who goes on from there misses nothing
    const groups: LeaderReply[] = [];
    let next: Id | null = null;
    for (const { state, position } of livingHeads(this.node, query.after)) {
      await breathe();
      if (!isShown(state.id) || (query.state !== undefined && !isInState(state, query.state))) continue;
      if (words !== undefined && !mentions(state, words)) continue;
      if (groups.length === query.limit) {
        next = groups.at(-1)!.group;
        break;
      }
      groups.push(leaderBody(state, position, this.node.time.now(state.id)));
    }
    return { groups, unreadable: unreadable(this.node, isShown), next, position: read };
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
    const head = await headAtLeast(this.node, g, query.atLeast);
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
    const { state, position } = await headAtLeast(this.node, g, query.atLeast);
    tag(reply, state.version);
    const weight = new PageWeight();
    const runners: RunnerReply[] = [];
    let next: string | null = null;
    for (const runner of runnersAfter(state, query.after)) {
      if (weight.isFull) {
        next = runners.at(-1)!.runner;
        break;
      }
      const isLeader = state.leadership?.runner === runner.id;
      const lease = isLeader ? this.node.presence.leaseEndOf(state) : null;
      const known = runnerBody(state, runner, this.node.presence.lastSeenAt(g, runner.id));
      const body = lease ? { ...known, lease } : known;
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
