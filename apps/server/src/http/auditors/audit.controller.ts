import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { electionOf, electionPage, explainNow, whatIf } from '@conclave/audit';
import { CommandRefused } from '@conclave/coordination';
import { appendsOf, initialState, type GroupState } from '@conclave/election';
import { asOfBody } from '@conclave/views';
import { breather, paced, Node } from '@conclave/node';
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
import { Documented } from '../edge/documented.js';
import { ApiProblem } from '../edge/api-problem.js';
import { atLeast, instantOf, inUtc, knownHead } from '../edge/reads.js';
import { verified } from './verified.js';

type Path = GroupPath;
const READS = ['group-unknown', 'position-not-reached', 'store-unavailable'] as const;

/** Who led when, and why: everything that history can answer about one group. */
@Controller('v1/groups/:g')
export class AuditController {
  constructor(@Inject(Node) private readonly node: Node) {}

  @Get('at')
  @Documented('auditors', 'The whole group as it stood at an instant or a version, and by which decision', { 200: AsOfReply }, [
    ...READS,
    'nothing-recorded',
  ])
  async at(@Param({ schema: GroupPath }) { g }: Path, @Query({ schema: AsOfQuery }) query: AsOfQuery): Promise<object> {
    await atLeast(this.node, query.atLeast);
    const { state } = knownHead(this.node, g);
    const index = await this.node.history.of(g);
    const version = query.version ?? index.versionAt(instantOf(query.time!, this.node.now()));
    if (version < 1 || version > state.version) {
      const what =
        query.version === undefined
          ? `before ${query.time}; its first event is of ${state.createdAt}`
          : `at version ${version}; it has 1 to ${state.version}`;
      throw new ApiProblem('nothing-recorded', `group "${g}" has no event ${what}.`);
    }
    const moment = await this.node.history.momentAt(g, version);
    return asOfBody(moment, query.time === undefined ? moment.state.lastAt! : inUtc(query.time));
  }

  @Get('elections')
  @Documented('auditors', 'Every election: who, why, each runner’s verdict, how the term ended', { 200: ElectionsPage }, [...READS])
  async elections(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: TermsQuery }) { from, limit, ...query }: TermsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await atLeast(this.node, query.atLeast);
    knownHead(this.node, g);
    const start = (await this.node.history.of(g)).electionFrom(from);
    if (start === null) return { elections: [], next: null };
    return electionPage(paced(this.node.history.appendsFrom(g, start), clientGone(reply)), from, limit);
  }

  @Get('elections/:term')
  @Documented(
    'auditors',
    'One election explained: trigger, policy, every runner’s standing and what it would have needed to win',
    { 200: ElectionReply },
    [...READS, 'term-unknown', 'runner-unknown'],
  )
  async election(
    @Param({ schema: ElectionPath }) { g, term }: ElectionPath,
    @Query({ schema: ExplainQuery }) query: ExplainQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await atLeast(this.node, query.atLeast);
    const { state } = knownHead(this.node, g);
    const start = (await this.node.history.of(g)).electionFrom(term);
    const found = start === null ? null : await electionOf(paced(this.node.history.appendsFrom(g, start), clientGone(reply)), term, query.runner);
    if (found && query.runner !== undefined && found.standings.length === 0) {
      throw new CommandRefused('runner-unknown', `group "${g}" had no runner "${query.runner}" in the election of term ${term}.`, state);
    }
    if (found) return found;
    throw new ApiProblem(
      'term-unknown',
      `group "${g}" has no term ${term}; ${state.term === 0 ? 'nobody was elected yet' : `it has 1 to ${state.term}`}.`,
    );
  }

  @Get('explain')
  @Documented('auditors', 'Why this runner leads now, or nobody, and what each runner would need to win an election now', { 200: ExplanationReply }, [
    ...READS,
    'runner-unknown',
  ])
  async explain(@Param({ schema: GroupPath }) { g }: Path, @Query({ schema: ExplainQuery }) query: ExplainQuery): Promise<object> {
    await atLeast(this.node, query.atLeast);
    const { state } = knownHead(this.node, g);
    const { runner } = query;
    if (runner !== undefined && !state.runners.has(runner))
      throw new CommandRefused('runner-unknown', `group "${g}" has no runner "${runner}".`, state);
    return explainNow(state, this.node.now(), runner);
  }

  @Get('verify')
  @Documented('auditors', 'Checks the history: hash chain, guarantees, every decision decided again, view equals fold', { 200: VerificationReply }, [
    ...READS,
  ])
  async verify(
    @Param({ schema: GroupPath }) { g }: Path,
    @Query({ schema: ReadQuery }) query: ReadQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await atLeast(this.node, query.atLeast);
    knownHead(this.node, g);
    return verified(this.node, g, clientGone(reply));
  }

  @Post('what-if')
  @HttpCode(200)
  @Documented('auditors', 'Replays what happened under other settings: changes, leaderless time, flaps, side by side', { 200: WhatIfReply }, [
    ...READS,
    'settings-invalid',
    'nothing-recorded',
  ])
  async whatIf(
    @Param({ schema: GroupPath }) { g }: Path,
    @Body({ schema: WhatIfBody }) { settings, from, to }: WhatIfBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { state } = knownHead(this.node, g);
    const signal = clientGone(reply);
    const window = this.windowOf(state, from, to);
    const appends = paced(appendsOf(this.node.events(g, 1), initialState(g)), signal);
    const answer = await whatIf(appends, { settings, ...window }, breather(signal));
    if ('rejection' in answer) throw new CommandRefused(answer.rejection.code, answer.rejection.detail, state);
    return answer;
  }

  /** Instants as they stand in the log. Throws for what lies outside of it: the record knows nothing there. */
  private windowOf({ id, createdAt }: GroupState, from: string | undefined, to: string | undefined): { from?: string; to: string } {
    const now = this.node.now();
    const [since, until] = [from ?? createdAt!, to ?? now].map(inUtc) as [string, string];
    if (until < createdAt!) throw new ApiProblem('nothing-recorded', `group "${id}" has no event before ${until}; its first is of ${createdAt}.`);
    for (const [path, at] of [
      ['/from', since],
      ['/to', until],
    ] as const) {
      if (at > now)
        throw new ApiProblem('invalid-request', `${path}: ${at} is in the future (now is ${now}).`, [{ path, message: 'is in the future' }]);
    }
    if (since > until) throw new ApiProblem('invalid-request', `/from: is after to (${until}).`, [{ path: '/from', message: 'is after to' }]);
    return { ...(from !== undefined && { from: since }), to: until };
  }
}
