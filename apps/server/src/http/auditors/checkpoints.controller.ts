import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { checkOpen, pathInSlices, type ProofFooter, type ProofHeader } from '@conclave/audit';
import { unbroken } from '@conclave/coordination';
import { GroupPath, HeadQuery, HeadReply, ProofQuery } from '@conclave/contract';
import type { SealedHistory } from '@conclave/election';
import { canonicalText, GENESIS_HASH, hashOf } from '@conclave/event-store';
import { giveWay } from '@conclave/kernel';
import { Node, paced } from '@conclave/node';
import { checkSound } from './sound.js';
import { shownTo } from '../access/callers.js';
import { ApiProblem } from '../edge/api-problem.js';
import { AUDIT_REFUSALS, Documented } from '../edge/documented.js';
import { atLeast, checkReached, headAtLeast } from '../edge/reads.js';
import { clientGone } from '../streaming/client-gone.js';
import { NDJSON } from '../streaming/ndjson.js';

const ProofFile = z.string().meta({ description: 'NDJSON: a header, events, a footer with a checkpoint' });

/** One line that stands for the whole log, and what follows from it. */
@Controller('v1')
export class CheckpointsController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get('head')
  @Documented(
    { audience: 'auditors', scope: 'some' },
    'A signed checkpoint of the whole log as it is now: keep its line, and prove later that the log goes on from it',
    { 200: HeadReply },
    ['group-unreadable', 'position-not-reached', 'store-unavailable'],
  )
  async head(
    @Query({ schema: HeadQuery }) { atLeast: position, witnessed }: HeadQuery,
    @Req() request: FastifyRequest,
  ): Promise<HeadReply> {
    await atLeast(this.node, position);
    this.checkReadable(request);
    const { checkpoints } = this.node.records;
    const { statement, checkpoint, key, witnesses } =
      witnessed === 'true' ? await checkpoints.witnessed() : { ...(await checkpoints.sign()), witnesses: [] };
    const { at, events, groups, root } = statement;
    return { checkpoint, at, events, groups, root, kid: key.kid, witnesses };
  }

  @Get('groups/:g/proof')
  @ApiProduces(NDJSON)
  @Documented(
    'auditors',
    'Proof that an event is in the log that a checkpoint was signed of; checked without a server',
    { 200: ProofFile },
    ['group-unreadable', ...AUDIT_REFUSALS, 'nothing-recorded'],
  )
  async proof(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: ProofQuery }) { version, atLeast: position }: ProofQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { state } = await headAtLeast(this.node, g, position);
    this.checkReadable(reply.request);
    checkReached(state, version);
    checkOpen(g, state.sealed, ({ upTo }) => version <= upTo);
    const { checkpoint, marks, leaves, key } = await this.node.records.checkpoints.sign();
    const index = marks.findIndex(({ group }) => group === g);
    const last = marks[index]!.version;
    const path = (await pathInSlices(leaves, index, giveWay)).map((hash) => hash.toString('hex'));
    const footer: ProofFooter = { footer: true, checkpoint, index, path, key: { ...key } };
    const gone = clientGone(reply);
    const past = await this.node.seals.pastOf(g);
    const from = past?.upTo === version - 1 ? version : Math.max(1, version - 1);
    await checkSound(this.node, g, { from, to: last }, gone);
    const header = { proof: 1, group: g, version } as const;
    void reply.header('content-disposition', `attachment; filename="${g}-${version}.proof.ndjson"`);
    const lines = this.lines(header, { from, last, past }, footer, gone);
    await reply.type(NDJSON).send(Readable.from(lines, { highWaterMark: 64 }));
  }

  private async *lines(
    header: Omit<ProofHeader, 'before'>,
    { from, last, past }: { from: number; last: number; past: SealedHistory | null },
    footer: ProofFooter,
    gone: AbortSignal,
  ): AsyncGenerator<string> {
    const { group, version } = header;
    let before = version === 1 ? GENESIS_HASH : from === version ? past!.head : null;
    for await (const event of paced(unbroken(this.node.store, group, from, last), gone)) {
      if (event.version < version) {
        before = hashOf(event);
        continue;
      }
      if (event.version === version)
        yield `${canonicalText({ ...header, before: before! } satisfies ProofHeader)}\n`;
      yield `${canonicalText(event)}\n`;
    }
    yield `${canonicalText(footer)}\n`;
  }

  /** What cannot be read can stand in no checkpoint; named only to who may see it. */
  private checkReadable(request: FastifyRequest): void {
    const { givenUp } = this.node.groups;
    if (givenUp.size === 0) return;
    const shown = [...givenUp].find(([group]) => shownTo(request, 'auditors')(group));
    throw new ApiProblem(
      'group-unreadable',
      shown
        ? `group "${shown[0]}" cannot be read: ${shown[1]}`
        : 'a group that you may not see cannot be read, so nothing can stand for the whole log',
    );
  }
}
