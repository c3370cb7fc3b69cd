import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { checkOpen, type EvidenceFooter, type EvidenceHeader, type EvidenceStatement } from '@conclave/audit';
import { unbroken } from '@conclave/coordination';
import { readEvent } from '@conclave/election';
import { canonicalText, GENESIS_HASH, hashOf, Seal, textProblem } from '@conclave/event-store';
import { paced, Node, signed } from '@conclave/node';
import { EvidenceQuery, GroupPath } from '@conclave/contract';
import { clientGone } from '../streaming/client-gone.js';
import { AUDIT_REFUSALS, Documented } from '../edge/documented.js';
import { checkSound } from './sound.js';
import { NDJSON } from '../streaming/ndjson.js';
import { ApiProblem } from '../edge/api-problem.js';
import { headAtLeast, inUtc } from '../edge/reads.js';

const EvidenceFile = z.string().meta({ description: 'NDJSON: a header, one event a line, a signed footer' });

/** What others can check without trusting this server, or asking it. */
@Controller('v1')
export class EvidenceController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get('groups/:g/evidence')
  @ApiProduces(NDJSON)
  @Documented(
    'auditors',
    'The history of a group up to an instant as a signed, self-contained file',
    { 200: EvidenceFile },
    ['group-unreadable', ...AUDIT_REFUSALS, 'nothing-recorded'],
  )
  async evidence(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: EvidenceQuery }) query: EvidenceQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { state } = await headAtLeast(this.node, g, query.atLeast);
    const exportedAt = this.node.time.now(g);
    const [since, until] = [query.since, query.until].map((at) => (at === undefined ? null : inUtc(at)));
    if (until !== null && until! > exportedAt)
      throw new ApiProblem('invalid-request', `/until: is in the future (now is ${exportedAt}).`);
    if (since !== null && since! > (until ?? exportedAt))
      throw new ApiProblem('invalid-request', '/since: is after the end of the window.');
    checkOpen(g, state.sealed, (mark) => [since, until].some((at) => at !== null && at! < mark.until));
    const seal = await this.node.seals.sealOf(g);
    const last =
      until === null ? state.version : (await this.node.history.of(g)).versionAt(Date.parse(until!));
    if (last === 0)
      throw new ApiProblem(
        'nothing-recorded',
        `group "${g}" has no event before ${until}; its first is of ${state.createdAt}.`,
      );
    const gone = clientGone(reply);
    await checkSound(this.node, g, { from: (seal?.sealed.upTo ?? 0) + 1, to: last }, gone);
    const header: EvidenceHeader = {
      evidence: 2,
      group: g,
      window: { since: since ?? null, until: until ?? exportedAt },
      exportedAt,
      instance: this.node.options.instance,
      ...seal,
    };
    void reply.header('content-disposition', `attachment; filename="${g}.evidence.ndjson"`);
    await reply.type(NDJSON).send(Readable.from(this.file(header, last, gone), { highWaterMark: 64 }));
  }

  private async *file(header: EvidenceHeader, last: number, gone: AbortSignal): AsyncGenerator<string> {
    const seal = new Seal();
    yield seal.line(header);
    let events = 0;
    let head = header.sealed?.head ?? GENESIS_HASH;
    const from = (header.sealed?.upTo ?? 0) + 1;
    for await (const event of paced(unbroken(this.node.store, header.group, from, last), gone)) {
      const problem = textProblem(event);
      if (problem) throw new Error(`event ${event.version} cannot be signed: ${problem}`);
      readEvent(header.group, event);
      events++;
      head = hashOf(event);
      yield seal.line(event);
    }
    const key = this.node.signingKey;
    const about = { events, sha256: seal.sha256, head };
    const { sealed: _, salts: __, ...rest } = header;
    const statement: EvidenceStatement = { ...rest, ...about };
    const signature = await signed(key, 'conclave-evidence+jws', statement);
    const footer: EvidenceFooter = { footer: true, ...about, key: { ...key.publicKey }, signature };
    yield `${canonicalText(footer)}\n`;
  }
}
