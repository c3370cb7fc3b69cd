import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { checkOpen, judgeHeard, reportIn } from '@conclave/audit';
import { GroupPath, HeardReply, ProofQuery } from '@conclave/contract';
import { Node } from '@conclave/node';
import { ApiProblem } from '../edge/api-problem.js';
import { AUDIT_REFUSALS, Documented } from '../edge/documented.js';
import { checkReached, headAtLeast } from '../edge/reads.js';

/** What a silence rests on. */
@Controller('v1/groups/:g')
export class HeardController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get('heard')
  @Documented(
    'auditors',
    'The records of the presence log behind a silence or the end of a lease, and whether they bear it out',
    { 200: HeardReply },
    [...AUDIT_REFUSALS, 'nothing-recorded'],
  )
  async heard(
    @Param({ schema: GroupPath }) { g }: GroupPath,
    @Query({ schema: ProofQuery }) { version, atLeast: position }: ProofQuery,
  ): Promise<HeardReply> {
    const { state } = await headAtLeast(this.node, g, position);
    checkOpen(g, state.sealed, ({ upTo }) => version <= upTo);
    checkReached(state, version);
    const append = await this.node.history.appendAt(g, version);
    const report = append && reportIn(append.events[0]!.meta.command, append.before);
    if (!report)
      throw new ApiProblem(
        'nothing-recorded',
        `event ${version} of group "${g}" does not rest on records of the presence log: HeartbeatMissed and what follows from it does.`,
      );
    const { records, isKept: kept } = await this.node.records.kept.behind(report.heard);
    const { runner, incarnation, term, heard } = report;
    const { from, to, sha256 } = heard;
    const about = { group: g, version, runner, incarnation, term, from, to, sha256, kept, records };
    const all = to - from + 1;
    if (records.length < all) {
      const missing = records.length === 0 ? '' : `${all - records.length} of `;
      return {
        ...about,
        ok: null,
        words: `${missing}records ${from} to ${to} are not there: they expired and were not kept, or somebody took them out`,
      };
    }
    const { problem, words } = judgeHeard(report, records);
    return { ...about, ok: problem === null, words };
  }
}
