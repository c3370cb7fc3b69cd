import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Node } from '@conclave/node';
import {
  AttemptsQuery,
  AttemptsReply,
  ClocksReply,
  HealthReply,
  ReadyReply,
  ServersReply,
} from '@conclave/contract';
import { isoOfMs } from '@conclave/election';
import { partShownTo, shownTo } from '../access/callers.js';
import { Allowed, EVERYBODY } from '../edge/rules.js';
import { Documented } from '../edge/documented.js';
import { unreadable } from '../edge/reads.js';
import { PROBLEMS } from '@conclave/contract';
import { VERSION } from '@conclave/kernel';

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

/** What somebody should mend, though the server serves. */
export const WARNINGS = Symbol('warnings');

@Controller()
export class OperationsController {
  constructor(
    @Inject(Node) private readonly node: Node,
    @Inject(WARNINGS) private readonly warnings: () => string[],
  ) {}

  @Get('healthz')
  @Documented('operations', 'The process lives', { 200: HealthReply })
  health(): HealthReply {
    return { status: 'ok', instance: this.node.options.instance, version: VERSION };
  }

  @Get('readyz')
  @Documented('operations', 'The log is read and the store answers; 503 with reasons otherwise', {
    200: ReadyReply,
    503: ReadyReply,
  })
  ready(@Res({ passthrough: true }) reply: FastifyReply): ReadyReply {
    const { tail, options } = this.node;
    const { request } = reply;
    const reasons = this.node.health.reasonsNotReady(partShownTo(request));
    void reply.status(reasons.length === 0 ? 200 : 503);
    return {
      ready: reasons.length === 0,
      warnings: this.warnings(),
      reasons,
      unreadable: unreadable(this.node, shownTo(request, 'consumers')),
      instance: options.instance,
      position: tail.position,
      caughtUp: tail.isCaughtUp,
      clockSteppedMs: Math.round(this.node.clock.steppedMs),
      clockSkewMs: rounded(this.node.clocks.skewMs),
      deafMs: Math.round(this.node.presence.deafForMs()),
      witnesses: this.node.records.checkpoints.witnesses.standing,
    };
  }

  @Get('v1/clocks')
  @Documented(
    { audience: 'auditors', scope: 'some' },
    'Wall clocks: steps that are on record, and whether this server agrees with the store',
    { 200: ClocksReply },
  )
  clocks(): ClocksReply {
    const { clock, clocks, time } = this.node;
    return {
      steppedMs: Math.round(clock.steppedMs),
      skewMs: rounded(clocks.skewMs),
      aheadMs: Math.round(time.aheadMs),
      steps: [...clocks.steps],
    };
  }

  @Get('v1/servers')
  @Documented(
    { audience: 'auditors', scope: 'some' },
    'Servers that wrote to this log within five minutes, the last one first; one that lives writes each second',
    { 200: ServersReply },
  )
  servers(): ServersReply {
    const { presence } = this.node;
    return {
      servers: presence
        .servers()
        .map(({ id, wroteMs, silentMs, behind }) => ({
          id,
          isThis: id === presence.writer,
          wroteAt: isoOfMs(wroteMs),
          silentMs,
          behind,
        })),
    };
  }

  @Get('v1/attempts')
  @Documented(
    { audience: 'auditors', scope: 'some' },
    'Commands that left no event, the newest first: who tried what, and why it was refused',
    { 200: AttemptsReply },
  )
  attempts(
    @Query({ schema: AttemptsQuery }) { group, actor, code, limit }: AttemptsQuery,
    @Req() request: FastifyRequest,
  ): AttemptsReply {
    const isShown = shownTo(request, 'auditors');
    const wanted = this.node.records.attempts.all.filter(
      (attempt) =>
        isShown(attempt.group) &&
        (group === undefined || attempt.group === group) &&
        (code === undefined || attempt.code === code) &&
        (actor === undefined || attempt.actor === actor || attempt.actor.split(':')[1] === actor),
    );
    return { attempts: wanted.slice(0, limit) };
  }

  @Get('docs/problems')
  @ApiExcludeEndpoint()
  @Allowed(EVERYBODY)
  problems(@Res() reply: FastifyReply): void {
    const rows = Object.entries(PROBLEMS).map(
      ([code, { status, title, remedy }]) =>
        `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td><td>${remedy}</td></tr>`,
    );
    void reply
      .type('text/html; charset=utf-8')
      .send(
        '<!doctype html><title>Conclave: problems</title><h1>Problems</h1>' +
          `<table border="1" cellpadding="6"><tr><th>code</th><th>status</th><th>what it means</th><th>what to do</th></tr>${rows.join('')}</table>`,
      );
  }
}
