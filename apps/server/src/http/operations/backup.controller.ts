import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { lastingLog } from '@conclave/coordination';
import { exportLines, startCopying } from '@conclave/event-store';
import { Node, paced } from '@conclave/node';
import { Documented } from '../edge/documented.js';
import { clientGone } from '../streaming/client-gone.js';
import { NDJSON } from '../streaming/ndjson.js';

const ExportLines = z
  .string()
  .meta({ description: 'NDJSON: a header, one event a line, a footer with count and hash' });

/** A copy of the whole log, made while the server serves. */
@Controller('v1/backup')
export class BackupController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @ApiProduces(NDJSON)
  @Documented(
    { audience: 'admins', scope: 'all' },
    'The whole log up to now, as an export, to restore from: consistent, since the log has one order',
    { 200: ExportLines },
    ['store-unavailable'],
  )
  async backup(@Res() reply: FastifyReply): Promise<void> {
    const gone = clientGone(reply);
    const lines = exportLines(paced(lastingLog(this.node.store), gone), startCopying());
    const begun = [await lines.next(), await lines.next()]; // the store has answered, or it is refused
    if (gone.aborted) return void (await lines.return(undefined)); // nobody else would
    void reply.header('content-disposition', 'attachment; filename="conclave.backup.ndjson"');
    await reply.type(NDJSON).send(Readable.from(whole(begun, lines), { highWaterMark: 64 }));
  }
}

async function* whole(begun: IteratorResult<string>[], rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    for (const { value } of begun) yield value as string;
    yield* rest;
  } finally {
    await rest.return(undefined); // whoever asked has left
  }
}
