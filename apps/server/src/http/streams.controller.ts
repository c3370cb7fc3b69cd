import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Id } from '@conclave/election';
import { isPosition } from '@conclave/event-store';
import type { Session } from '@conclave/presence';
import { Engine } from '../engine.js';
import { GroupPath, RunnerPath, SessionQuery, WatchQuery } from './api-schemas.js';
import { Documented } from './documented.js';
import { ApiProblem } from './problem-catalogue.js';
import { atLeast, knownHead } from './reads.js';
import { SseStream } from './sse-stream.js';

const EventStream = z.string().meta({ description: 'text/event-stream' });

@Controller('v1')
export class StreamsController {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  @Get('groups/:g/runners/:r/session')
  @ApiProduces('text/event-stream')
  @Documented('runners', 'A runner\'s stream: elected, revoked, standby, superseded, bye. The open socket is evidence of life', { 200: EventStream }, ['group-unknown', 'runner-unknown'])
  session(
    @Param({ schema: RunnerPath }) { g, r }: z.infer<typeof RunnerPath>, @Query({ schema: SessionQuery }) { incarnation }: z.infer<typeof SessionQuery>,
    @Res() reply: FastifyReply,
  ): void {
    const { presence } = this.engine;
    let stream: SseStream | undefined;
    let session: Session | undefined;
    // The stream opens with its first message: an unknown runner still gets a proper problem instead.
    const opened = () => (stream ??= new SseStream(reply, () => { if (session) presence.sessionClosed(session); }));
    session = presence.openSession({ group: g, runner: r, incarnation },
      { send: (event, data) => opened().send(event, data), end: () => opened().end() });
  }

  @Get('groups/:g/watch')
  @ApiProduces('text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false })
  @Documented('consumers', 'Every change of a group\'s leadership, resumable by Last-Event-ID', { 200: EventStream }, ['group-unknown'])
  async watchGroup(
    @Param({ schema: GroupPath }) { g }: z.infer<typeof GroupPath>, @Query({ schema: WatchQuery }) query: z.infer<typeof WatchQuery>,
    @Headers('last-event-id') lastId: string | undefined, @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.watch(g, query, lastId, reply);
  }

  @Get('watch')
  @ApiProduces('text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false })
  @Documented('consumers', 'Every change of leadership of every group, resumable by Last-Event-ID', { 200: EventStream })
  async watchAll(
    @Query({ schema: WatchQuery }) query: z.infer<typeof WatchQuery>, @Headers('last-event-id') lastId: string | undefined, @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.watch(null, query, lastId, reply);
  }

  private async watch(group: Id | null, query: z.infer<typeof WatchQuery>, lastId: string | undefined, reply: FastifyReply): Promise<void> {
    await atLeast(this.engine, query.atLeast);
    if (group !== null) knownHead(this.engine, group);
    if (lastId !== undefined && !isPosition(lastId)) {
      throw new ApiProblem('invalid-request', 'header Last-Event-ID is not an id that this stream gave. Leave it out to start with a snapshot.');
    }
    let stop = (): void => undefined;
    let isClosed = false;
    const stream = new SseStream(reply, () => { isClosed = true; stop(); });
    stop = await this.engine.watchFeed.watch(
      { group, events: query.events === 'true', resumeAfter: lastId ?? null }, (frames) => stream.sendAll(frames));
    if (isClosed) stop();
  }
}
