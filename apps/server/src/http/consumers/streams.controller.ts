import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { maySee, type Caller } from '@conclave/access';
import type { Id } from '@conclave/election';
import type { Session } from '@conclave/presence';
import { Node } from '@conclave/node';
import { placeIn } from '@conclave/views';
import { GroupPath, RunnerPath, SessionQuery, WatchQuery } from '@conclave/contract';
import { callerOf, checkSpeaksFor, forbidden, isProved, shownTo } from '../access/callers.js';
import { whenCredentialEnds } from '../access/credential-end.js';
import { secretHashOf } from '../commands/order-of.js';
import { Documented, RunnerHeaders } from '../edge/documented.js';
import { ApiProblem } from '../edge/api-problem.js';
import { atLeast, knownHead, knownRunner } from '../edge/reads.js';
import { SessionNews } from '../runners/session-news.js';
import { whenGone } from '../streaming/client-gone.js';
import { SseStream, type SseMessage } from '../streaming/sse-stream.js';

/** A HEAD request learns whether there is a stream, and opens none: a probe is no sign of life. */
function isHead(reply: FastifyReply, checkThere?: () => void): boolean {
  if (reply.request.method !== 'HEAD') return false;
  checkThere?.();
  void reply.type('text/event-stream').send();
  return true;
}

/** What is told may be that old; X-Conclave-Stale-Ms says it only of when a stream begins. */
const OLD_MS = 2_000;

/** Said again as long as it is so, and once when it is over. */
function ageOf({ presence }: Node): () => SseMessage | null {
  let wasOld = presence.deafForMs() > OLD_MS; // so the header says
  return () => {
    const deafMs = Math.round(presence.deafForMs());
    const isOld = deafMs > OLD_MS;
    if (!isOld && !wasOld) return null;
    wasOld = isOld;
    return { event: 'stale', data: { staleMs: isOld ? deafMs : 0 }, id: null };
  };
}

/** Groups that whoever watches might see when he was asked last: nothing is told of them any more, and what was true once is not to stay. */
function hiddenSince({ groups }: Node, request: FastifyRequest): () => SseMessage[] {
  let before = callerOf(request);
  return () => {
    const [was, now] = [before, (before = callerOf(request))];
    if (was.grants === now.grants || JSON.stringify(was.grants) === JSON.stringify(now.grants)) return [];
    return [...groups.all()]
      .filter(({ state: { id, deleted } }) => !deleted && isShown(was, id) && !isShown(now, id))
      .map(({ state: { id } }) => ({
        event: 'unreadable',
        id: null,
        data: { group: id, detail: `what you showed is not for group "${id}" any more.` },
      }));
  };
}
const isShown = (caller: Caller, group: Id): boolean => maySee(caller, 'consumers', group);

const EventStream = z.string().meta({ description: 'text/event-stream' });

@Controller('v1')
export class StreamsController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get('groups/:g/runners/:r/session')
  @ApiProduces('text/event-stream')
  @Documented(
    'runners',
    "A runner's stream: elected, revoked, standby, superseded, bye. The open socket is evidence of life",
    { 200: EventStream },
    ['group-unknown', 'group-deleted', 'runner-unknown', 'secret-wrong'],
  )
  @RunnerHeaders()
  async session(
    @Param({ schema: RunnerPath }) { g, r }: RunnerPath,
    @Query({ schema: SessionQuery }) { incarnation }: SessionQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkSpeaksFor(callerOf(reply.request), { group: g, runner: r, incarnation });
    if (isHead(reply, () => knownRunner(this.node, g, r))) return;
    const { presence } = this.node;
    let stream: SseStream | undefined;
    let session: Session | undefined;
    // a runner that is locked out must not be elected over what it opened before
    const stopLooking = whenCredentialEnds(reply.request, () => stream?.end());
    whenGone(reply, stopLooking);
    const opened = () =>
      (stream ??= new SseStream(reply, () => {
        if (session) presence.sessionClosed(session);
      }));
    const about = { group: g, runner: r, incarnation };
    const news = new SessionNews(this.node, about, opened);
    session = await presence.openSession(
      { ...about, secretHash: secretHashOf(reply.request), isProved: isProved(reply.request) },
      news,
    );
  }

  @Get('groups/:g/watch')
  @ApiProduces('text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false })
  @Documented(
    'consumers',
    "Every change of a group's leadership, resumable by Last-Event-ID",
    { 200: EventStream },
    ['group-unknown', 'group-deleted', 'position-not-reached'],
  )
  async watchGroup(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: WatchQuery }) query: WatchQuery,
    @Headers('last-event-id') lastId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.watch(g, query, lastId, reply);
  }

  @Get('watch')
  @ApiProduces('text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false })
  @Documented(
    { audience: 'consumers', scope: 'some' },
    'Every change of leadership of every group, resumable by Last-Event-ID',
    { 200: EventStream },
    ['position-not-reached'],
  )
  async watchAll(
    @Query({ schema: WatchQuery }) query: WatchQuery,
    @Headers('last-event-id') lastId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.watch(null, query, lastId, reply);
  }

  private async watch(
    group: Id | null,
    query: WatchQuery,
    lastId: string | undefined,
    reply: FastifyReply,
  ): Promise<void> {
    const place = lastId === undefined ? undefined : placeIn(lastId);
    if (place === null) {
      throw new ApiProblem(
        'invalid-request',
        'header Last-Event-ID is not an id that this stream gave. Leave it out to start with a snapshot.',
      );
    }
    await atLeast(this.node, query.atLeast);
    await atLeast(this.node, place?.position); // another server may be further
    const { watchFeed } = this.node;
    if (place && place.accepted !== watchFeed.acceptances.count)
      throw new ApiProblem(
        'position-not-reached',
        `Last-Event-ID ${lastId} is of the log that was there before a backup was restored. Leave it out to start with a snapshot.`,
      );
    if (group !== null) knownHead(this.node, group);
    const isWhole = query.events === 'true'; // history, not only who leads
    const isShownNow = shownTo(reply.request, 'consumers');
    const eventsOf = shownTo(reply.request, 'auditors');
    if (group !== null && isWhole && !eventsOf(group))
      throw forbidden(callerOf(reply.request), `watch the events of group "${group}"; leave events out`);
    if (isHead(reply)) return;
    let stop = (): void => undefined;
    const stream = new SseStream(reply, () => stop(), ageOf(this.node));
    const hidden = hiddenSince(this.node, reply.request);
    const tellHidden = (): void => void (group === null && stream.send(hidden()));
    const stopLooking = whenCredentialEnds(reply.request, () => stream.end(), tellHidden);
    const stopWatch = watchFeed.watch(
      { group, isShown: isShownNow, events: isWhole, eventsOf, resumeAfter: place?.position ?? null },
      { send: (frames) => stream.send(frames), overflow: () => stream.overflow(), end: () => stream.end() },
    );
    stop = () => {
      stopLooking();
      stopWatch();
    };
  }
}
