import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { checkOpen, type Audits } from '@conclave/audit';
import { asOfBody } from '@conclave/views';
import { Node } from '@conclave/node';
import {
  AsOfQuery,
  AsOfReply,
  ElectionPath,
  ElectionReply,
  ElectionsPage,
  ExplainQuery,
  ExplanationReply,
  GroupPath,
  ReadQuery,
  TermsQuery,
  VerificationReply,
  WhatIfBody,
  WhatIfReply,
} from '@conclave/contract';
import { clientGone } from '../streaming/client-gone.js';
import { AUDIT_REFUSALS, Documented } from '../edge/documented.js';
import { atLeast, headAtLeast, knownHead } from '../edge/reads.js';
import { auditsOf } from './live-audits.js';
import { verifyShown } from './verify-shown.js';

type Path = GroupPath;

/** Who led when, and why: everything that history can answer about one group. */
@Controller('v1/groups/:g')
export class AuditController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get('at')
  @Documented(
    'auditors',
    'The whole group as it stood at an instant or a version, and by which decision',
    { 200: AsOfReply },
    [...AUDIT_REFUSALS, 'nothing-recorded'],
  )
  async at(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: AsOfQuery }) query: AsOfQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await atLeast(this.node, query.atLeast);
    const { at, moment } = await this.audits(reply).at(g, query);
    return asOfBody(moment, at);
  }

  @Get('elections')
  @Documented(
    'auditors',
    'Every election: who, why, each runner’s verdict, how the term ended',
    { 200: ElectionsPage },
    AUDIT_REFUSALS,
  )
  async elections(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: TermsQuery }) { from, limit, ...query }: TermsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { sealed } = (await headAtLeast(this.node, g, query.atLeast)).state;
    checkOpen(g, sealed, ({ term }) => from > 1 && from <= term);
    return { ...(await this.audits(reply).elections(g, from, limit)), sealed };
  }

  @Get('elections/:term')
  @Documented(
    'auditors',
    'One election explained: trigger, policy, every runner’s standing and what it would have needed to win',
    { 200: ElectionReply },
    [...AUDIT_REFUSALS, 'term-unknown', 'runner-unknown'],
  )
  async election(
    @Param({ schema: ElectionPath }) { g, term }: ElectionPath,
    @Query({ schema: ExplainQuery }) query: ExplainQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await atLeast(this.node, query.atLeast);
    return this.audits(reply).election(g, term, query.runner);
  }

  @Get('explain')
  @Documented(
    'auditors',
    'Why this runner leads now, or nobody, and what each runner would need to win an election now',
    { 200: ExplanationReply },
    [...AUDIT_REFUSALS, 'runner-unknown'],
  )
  async explain(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: ExplainQuery }) query: ExplainQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await atLeast(this.node, query.atLeast);
    return this.audits(reply).explain(g, query.runner);
  }

  @Get('verify')
  @Documented(
    'auditors',
    'Checks the history: hash chain, guarantees, every decision decided again, view equals fold',
    { 200: VerificationReply },
    AUDIT_REFUSALS,
  )
  async verify(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: ReadQuery }) query: ReadQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await atLeast(this.node, query.atLeast);
    if (!this.node.head(g)?.state.deleted) knownHead(this.node, g);
    return verifyShown(this.node, g, clientGone(reply));
  }

  @Post('what-if')
  @HttpCode(200)
  @Documented(
    'auditors',
    'Replays what happened under other settings: changes, leaderless time, flaps, side by side',
    { 200: WhatIfReply },
    [...AUDIT_REFUSALS, 'settings-invalid', 'nothing-recorded', 'runner-unknown'],
  )
  async whatIf(
    @Param({ schema: GroupPath }) { g }: Path,
    @Body({ schema: WhatIfBody }) question: WhatIfBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.audits(reply).whatIf(g, question);
  }

  private audits(reply: FastifyReply): Audits {
    return auditsOf(this.node, clientGone(reply));
  }
}
