import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { availabilityOf, firstKnown, knownMs, touches, Total, windowOf } from '@conclave/audit';
import { isoOfMs, type Id, type Iso } from '@conclave/election';
import type { LeaderReply } from '@conclave/contract';
import { leaderBody } from '@conclave/views';
import { breather, Node } from '@conclave/node';
import {
  AllAtQuery,
  AllTenuresQuery,
  AllTenuresReply,
  GroupsAtPage,
  ReadQuery,
  VerificationsReply,
} from '@conclave/contract';
import { wants } from '../streaming/wants.js';
import { clientGone } from '../streaming/client-gone.js';
import { shownTo } from '../access/callers.js';
import { Documented } from '../edge/documented.js';
import { jsonList } from '../streaming/json-list.js';
import { NDJSON, ndjson } from '../streaming/ndjson.js';
import { atLeast, inUtc, livingHeads, unreadable } from '../edge/reads.js';
import { CSV, tenuresCsv } from './tenures-csv.js';
import { verifyShown } from './verify-shown.js';

/** Audits over all groups. */
@Controller('v1')
export class OverallController {
  constructor(@Inject(Node) private readonly node: Node) {}

  /** Groups that the caller may see, and from when on each is known. */
  private async known(request: FastifyRequest, breathe: () => Promise<void>): Promise<Map<Id, Iso>> {
    const isShown = shownTo(request, 'auditors');
    const known = new Map<Id, Iso>();
    for (const { state } of livingHeads(this.node)) {
      await breathe();
      if (isShown(state.id)) known.set(state.id, firstKnown(state, state.sealed));
    }
    return known;
  }

  @Get('at')
  @Documented(
    { audience: 'auditors', scope: 'some' },
    'Who led each group at an instant; groups that did not exist yet are left out',
    { 200: GroupsAtPage },
    ['position-not-reached', 'store-unavailable'],
  )
  async at(
    @Query({ schema: AllAtQuery }) query: AllAtQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GroupsAtPage> {
    await atLeast(this.node, query.atLeast);
    const ms = knownMs('/time', query.time, this.node.time.latest);
    const groups: LeaderReply[] = [];
    const sealed: Id[] = [];
    const breathe = breather(clientGone(reply));
    const isShown = shownTo(reply.request, 'auditors');
    const page = (next: Id | null): GroupsAtPage => ({
      ...{ at: isoOfMs(ms), groups, next, sealed },
      unreadable: unreadable(this.node, isShown),
    });
    let last: Id | null = null;
    for (const { state } of livingHeads(this.node, query.after)) {
      await breathe();
      const { id: group, sealed: mark } = state;
      if (!isShown(group)) continue;
      if (groups.length === query.limit) return page(last);
      last = group;
      if (mark && ms < Date.parse(mark.until)) {
        sealed.push(group);
        continue;
      }
      const version = (await this.node.history.of(group)).versionAt(ms);
      if (version === 0) continue;
      const then = await this.node.history.momentAt(group, version);
      groups.push(leaderBody(then.state, then.position, isoOfMs(ms)));
    }
    return page(null);
  }

  @Get('verify')
  @Documented(
    { audience: 'auditors', scope: 'some' },
    'Verifies every group; with Accept: application/x-ndjson one line as each group is done',
    { 200: VerificationsReply },
    ['position-not-reached', 'store-unavailable'],
  )
  async verify(
    @Query({ schema: ReadQuery }) query: ReadQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await atLeast(this.node, query.atLeast);
    const { groups: known } = this.node;
    const all = [...known.inOrder, ...known.givenUp.keys()].filter(shownTo(reply.request, 'auditors')); // the log is whole with those that are deleted
    const results = this.verifications(all, clientGone(reply));
    if (wants(accept, NDJSON)) {
      await reply.type(NDJSON).send(ndjson(results));
      return;
    }
    const whole = { ok: true, events: 0 };
    const counted = async function* () {
      for await (const result of results) {
        whole.ok &&= result.ok;
        whole.events += result.events;
        yield result;
      }
    };
    await reply.type('application/json').send(await jsonList('groups', counted(), () => whole));
  }

  private async *verifications(
    groups: readonly Id[],
    signal: AbortSignal,
  ): AsyncGenerator<{ group: Id; ok: boolean; events: number }> {
    for (const group of groups) yield { group, ...(await verifyShown(this.node, group, signal)) };
  }

  @Get('tenures')
  @Documented(
    { audience: 'auditors', scope: 'some' },
    'How well each group was led, and all together; with Accept: text/csv every term of every group',
    { 200: AllTenuresReply },
    ['position-not-reached'],
  )
  async tenures(
    @Query({ schema: AllTenuresQuery }) query: AllTenuresQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await atLeast(this.node, query.atLeast);
    const { tenures, time } = this.node;
    const breathe = breather(clientGone(reply));
    const known = await this.known(reply.request, breathe);
    const now = time.latest; // some groups may be ahead of the clock (ADR 012)
    if (query.since !== undefined) knownMs('/since', query.since, now);
    const first = [...known.values()].reduce((least, one) => (one < least ? one : least), now);
    const { from, to } = windowOf(query, first, now);
    const until = query.until === undefined ? now : inUtc(query.until);
    const there = [...known].filter(([, since]) => since <= until);
    if (wants(accept, CSV)) {
      const each = async function* () {
        for (const [group] of there) {
          const all = await tenures.of(group, from);
          yield { group, tenures: all.filter((tenure) => touches(tenure, from, to)) };
        }
      };
      await reply.type(`${CSV}; charset=utf-8`).send(tenuresCsv(each()));
      return;
    }
    const total = new Total();
    const groupsOf = async function* () {
      for (const [group, since] of there) {
        const own = windowOf({ since: from, until: to }, since, time.now(group));
        const found = availabilityOf(await tenures.of(group, own.from), own.from, own.to);
        total.add(found);
        await breathe();
        yield { group, ...found };
      }
    };
    const rest = () => ({
      total: total.of(from, to),
      unreadable: unreadable(this.node, shownTo(reply.request, 'auditors')),
    });
    await reply.type('application/json').send(await jsonList('groups', groupsOf(), rest));
  }
}
