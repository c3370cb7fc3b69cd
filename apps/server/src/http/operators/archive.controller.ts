import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { knownMs } from '@conclave/audit';
import { ArchiveQuery, GroupPath } from '@conclave/contract';
import { sealedTo, streamOf } from '@conclave/election';
import { isCalled, saltsOf } from '@conclave/event-store';
import { Node, paced } from '@conclave/node';
import { operatorOf } from '../access/callers.js';
import { checkSound } from '../auditors/sound.js';
import { ApiProblem } from '../edge/api-problem.js';
import { ActorHeader, Documented } from '../edge/documented.js';
import { headAtLeast } from '../edge/reads.js';
import { clientGone } from '../streaming/client-gone.js';
import { NDJSON } from '../streaming/ndjson.js';
import { ArchiveFile } from './archive-file.js';
import { checkAnother } from './seal.js';

const ArchiveLines = z.string().meta({ description: 'NDJSON: a header, one event a line, a signed footer' });

/** Old history as a file, which somebody keeps before the log lets go of it. */
@Controller('v1/groups/:g/archive')
export class ArchiveController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get()
  @ActorHeader()
  @ApiProduces(NDJSON)
  @Documented(
    'admins',
    'The history of a group that is not sealed yet, all or before an instant, as a signed file to keep; POST seal or delete then seals it',
    { 200: ArchiveLines },
    [
      'group-unknown',
      'group-deleted',
      'group-unreadable',
      'invalid-request',
      'nothing-recorded',
      'position-not-reached',
      'store-unavailable',
    ],
  )
  async archive(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: ArchiveQuery }) query: ArchiveQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { state } = await headAtLeast(this.node, g, query.atLeast);
    const { before, forget } = query;
    if (before !== undefined && forget !== undefined)
      throw new ApiProblem('invalid-request', '/before: give before or forget, not both.');
    const upTo = before === undefined ? state.version : await this.cut(g, before, sealedTo(state));
    if (forget !== undefined && !(await this.names(g, forget)))
      throw new ApiProblem('nothing-recorded', `nothing in the log of group "${g}" names that person.`);
    // of an archive that could not be sealed nobody is to keep a file
    if (forget !== undefined) checkAnother(forget, operatorOf(reply.request, g));
    if (upTo <= sealedTo(state))
      throw new ApiProblem(
        'nothing-recorded',
        `group "${g}" has no event${before === undefined ? '' : ` before ${before}`} that is not sealed already.`,
      );
    const gone = clientGone(reply);
    await checkSound(this.node, g, { from: sealedTo(state) + 1, to: upTo }, gone);
    const file = await ArchiveFile.of(this.node, g, upTo, forget);
    void reply.header('content-disposition', `attachment; filename="${g}-${upTo}.archive.ndjson"`);
    await reply.type(NDJSON).send(Readable.from(whole(file, gone), { highWaterMark: 64 }));
  }

  private async names(group: string, name: string): Promise<boolean> {
    for await (const event of paced(this.node.store.read(streamOf(group)), this.node.stopping))
      if (Object.keys(saltsOf(event)).some(isCalled(name))) return true;
    return false;
  }

  /** Version of the last event before an instant; `sealed` if it has nothing to seal but what earlier seals said. */
  private async cut(group: string, before: string, sealed: number): Promise<number> {
    const ms = knownMs('/before', before, this.node.time.now(group));
    const upTo = (await this.node.history.of(group)).versionAt(ms - 1);
    for await (const { version, type } of this.node.store.read(streamOf(group), sealed + 1)) {
      if (version > upTo) break;
      if (type !== 'HistorySealed') return upTo;
    }
    return sealed;
  }
}

async function* whole(file: ArchiveFile, gone: AbortSignal): AsyncGenerator<string> {
  yield* file.lines(gone);
  yield await file.footer();
}
