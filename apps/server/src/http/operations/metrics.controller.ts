import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { FiguresReply } from '@conclave/contract';
import { Metrics } from '../../metrics/metrics.js';
import { Documented } from '../edge/documented.js';
import { Allowed } from '../edge/rules.js';

@Controller()
export class MetricsController {
  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  @Get('metrics')
  @ApiExcludeEndpoint()
  @Allowed({ audience: 'consumers', scope: 'all' })
  async read(@Res() reply: FastifyReply): Promise<void> {
    const { registry } = this.metrics;
    await reply.type(registry.contentType).send(await registry.metrics());
  }

  @Get('v1/figures')
  @Documented(
    { audience: 'consumers', scope: 'all' },
    'What this server did in the last hour, a row a minute',
    { 200: FiguresReply },
  )
  figures(): FiguresReply {
    return { minutes: this.metrics.lastHour.minutes };
  }
}
