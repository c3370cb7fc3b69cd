import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { checkOpen, isSealedFrom, toldIn, typesOf, type Range, type Told } from '@conclave/audit';
import type { Id } from '@conclave/election';
import { paced, Node } from '@conclave/node';
import { GroupPath, HistoryPage, HistoryQuery } from '@conclave/contract';
import { whenCredentialEnds } from '../access/credential-end.js';
import { wants } from '../streaming/wants.js';
import { clientGone, whenGone } from '../streaming/client-gone.js';
import { PageWeight } from '../edge/page-weight.js';
import { AUDIT_REFUSALS, Documented } from '../edge/documented.js';
import { NDJSON, ndjson } from '../streaming/ndjson.js';
import { headAtLeast, inUtc, tag } from '../edge/reads.js';

/** A follower looks after so long whether it is still wanted, though nothing happens. */
const FOLLOW_MS = 10_000;

@Controller('v1/groups/:g/history')
export class HistoryController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @Documented(
    'auditors',
    'Every event of a group in words and data, oldest first: a JSON page, with Accept: application/x-ndjson the whole, with follow=true also what comes',
    { 200: HistoryPage },
    AUDIT_REFUSALS,
  )
  async history(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: HistoryQuery }) query: HistoryQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { state, position } = await headAtLeast(this.node, g, query.atLeast);
    const gone = clientGone(reply);
    checkOpen(g, state.sealed, isSealedFrom({ ...query, ...windowOf(query) }));
    const range = await this.rangeOf(g, query);
    tag(reply, state.version);
    if (query.follow === 'true' || wants(accept, NDJSON)) {
      const events =
        query.follow === 'true' ? this.follow(g, range, wanted(reply)) : this.told(g, range, gone);
      reply.raw.once('pipe', () => reply.raw.flushHeaders()); // a follower may wait long for the first event
      await reply.type(NDJSON).send(ndjson(events));
      return;
    }
    const events: Told[] = [];
    let next: number | null = null;
    const weight = new PageWeight();
    for await (const event of this.told(g, range, gone)) {
      if (events.length === query.limit || weight.isFull) {
        next = event.version;
        break;
      }
      weight.add(event);
      events.push(event);
    }
    await reply.send({
      events,
      next,
      version: state.version,
      position,
      sealed: state.sealed,
    } satisfies HistoryPage);
  }

  /** Instants become versions; whichever bound is narrower counts. */
  private async rangeOf(group: Id, query: HistoryQuery): Promise<Range> {
    const { runner, actor } = query;
    const { since, until } = windowOf(query);
    let { from, to = Infinity } = query;
    if (since !== undefined || until !== undefined) {
      const index = await this.node.history.of(group);
      if (since !== undefined) from = Math.max(from, index.versionAt(Date.parse(since) - 1) + 1);
      if (until !== undefined && Date.parse(until) <= Date.parse(this.node.time.now(group)))
        to = Math.min(to, index.versionAt(Date.parse(until)));
    }
    return { from, to, runner, actor, since, until, types: typesOf(query.type) };
  }

  /** Words need the group around each event: it is folded from a checkpoint on. */
  private async *told(group: Id, range: Range, gone: AbortSignal): AsyncGenerator<Told> {
    if (range.from > range.to) return;
    yield* toldIn(paced(this.node.history.appendsFrom(group, range.from), gone), range);
  }

  /** What is there, then what comes, until the client goes or the server stops. */
  private async *follow(group: Id, range: Range, gone: AbortSignal): AsyncGenerator<Told> {
    const isOver = (): boolean =>
      gone.aborted ||
      this.node.health.isDraining ||
      this.node.head(group)?.state.deleted != null ||
      (range.until !== undefined && range.until < this.node.time.now(group));
    for (let { from } = range; from <= range.to;) {
      const version = this.node.head(group)?.state.version;
      if (version === undefined) return; // given up meanwhile
      yield* this.told(group, { ...range, from, to: Math.min(version, range.to) }, gone);
      from = Math.max(from, version + 1);
      if (isOver() || from > range.to) return;
      await this.node.tail.until(
        () => gone.aborted || (this.node.head(group)?.state.version ?? Infinity) >= from,
        this.patienceMs(group, range.until),
      );
    }
  }

  private patienceMs(group: Id, until: string | undefined): number {
    return until === undefined
      ? FOLLOW_MS
      : Math.min(FOLLOW_MS, Math.max(1, Date.parse(until) - Date.parse(this.node.time.now(group)) + 1));
  }
}

/** Aborted when the client goes, or may read it no more. */
function wanted(reply: FastifyReply): AbortSignal {
  const over = new AbortController(); // not one made of others: who only looks at it never sees it aborted
  const stopLooking = whenCredentialEnds(reply.request, () => over.abort());
  whenGone(reply, () => {
    stopLooking();
    over.abort();
  });
  return over.signal;
}

const windowOf = ({ since, until }: HistoryQuery): Pick<Range, 'since' | 'until'> => ({
  since: since === undefined ? undefined : inUtc(since),
  until: until === undefined ? undefined : inUtc(until),
});
