import { Readable } from 'node:stream';
import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { EventData, readEvent, streamOf, type Id, type RecordedEvent } from '@conclave/election';
import { Engine } from '../engine.js';
import { GroupPath, HistoryPage, HistoryQuery } from './api-schemas.js';
import { Documented } from './documented.js';
import { ApiProblem } from './problem-catalogue.js';
import { atLeast, knownHead, tag } from './reads.js';

const NDJSON = 'application/x-ndjson';

@Controller('v1/groups/:g/history')
export class HistoryController {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  @Get()
  @Documented('auditors', 'Every event of a group, oldest first: a JSON page, or with Accept: application/x-ndjson the whole', { 200: HistoryPage }, [
    'group-unknown',
    'position-not-reached',
    'store-unavailable',
  ])
  async history(
    @Param({ schema: GroupPath }) { g }: z.infer<typeof GroupPath>,
    @Query({ schema: HistoryQuery }) query: z.infer<typeof HistoryQuery>,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await atLeast(this.engine, query.atLeast);
    const { state, position } = knownHead(this.engine, g);
    const types = typesOf(query.type);
    tag(reply, state.version);
    if (accept?.includes(NDJSON)) {
      const lines = Readable.from(this.lines(g, query.from, types));
      await reply.type(NDJSON).send(lines);
      return;
    }
    const events: RecordedEvent[] = [];
    let next: number | null = null;
    for await (const event of this.events(g, query.from, types)) {
      if (events.length === query.limit) {
        next = event.version;
        break;
      }
      events.push(event);
    }
    await reply.send({ events, next, version: state.version, position } satisfies z.infer<typeof HistoryPage>);
  }

  private async *events(group: Id, from: number, types: Set<string> | null): AsyncGenerator<RecordedEvent> {
    for await (const stored of this.engine.store.read(streamOf(group), from)) {
      if (!types || types.has(stored.type)) yield readEvent(group, stored);
    }
  }

  private async *lines(group: Id, from: number, types: Set<string> | null): AsyncGenerator<string> {
    for await (const event of this.events(group, from, types)) yield `${JSON.stringify(event)}\n`;
  }
}

/** `?type=LeaderElected,LeadershipEnded`; null means all. */
function typesOf(given: string | undefined): Set<string> | null {
  if (given === undefined) return null;
  const types = given.split(',');
  const unknown = types.find((type) => !Object.hasOwn(EventData, type));
  if (unknown === undefined) return new Set(types);
  const message = `"${unknown}" is no event type; known are ${Object.keys(EventData).join(', ')}`;
  throw new ApiProblem('invalid-request', `/type: ${message}`, [{ path: '/type', message }]);
}
