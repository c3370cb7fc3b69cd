import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  DeadReply,
  RedeliverBody,
  TestWebhookBody,
  TriedReply,
  WebhookPath,
  WebhooksReply,
} from '@conclave/contract';
import { WebhookDesk } from '../../webhooks/webhook-desk.js';
import { operatorOf } from '../access/callers.js';
import { ActorHeader, Documented } from '../edge/documented.js';

/** Where notices go, and how it stands with them. */
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(@Inject(WebhookDesk) private readonly desk: WebhookDesk) {}

  @Get()
  @Documented(
    { audience: 'auditors', scope: 'all' },
    'Webhooks: what each is told of, how far it is, and what was given up',
    { 200: WebhooksReply },
  )
  webhooks(): WebhooksReply {
    return { webhooks: this.desk.list() };
  }

  @Get(':name/dead')
  @Documented(
    { audience: 'auditors', scope: 'all' },
    'Notices that were given up within a week, the newest first, 1000 at the most',
    { 200: DeadReply },
    ['webhook-unknown'],
  )
  dead(@Param({ schema: WebhookPath }) { name }: WebhookPath): DeadReply {
    return { dead: this.desk.dead(name) };
  }

  @Post(':name/test')
  @HttpCode(200)
  @ActorHeader()
  @Documented(
    { audience: 'admins', scope: 'all' },
    'Sends a notice of type test at once, and says how that went; up to 15 s',
    { 200: TriedReply },
    ['webhook-unknown'],
  )
  async test(
    @Param({ schema: WebhookPath }) { name }: WebhookPath,
    @Body({ schema: TestWebhookBody }) _body: object,
    @Req() request: FastifyRequest,
  ): Promise<TriedReply> {
    return this.desk.test(name, operatorOf(request, null));
  }

  @Post(':name/redeliver')
  @HttpCode(200)
  @ActorHeader()
  @Documented(
    { audience: 'admins', scope: 'all' },
    'Sends a notice that was given up once more; if it is taken it is not dead any more. Up to 15 s',
    { 200: TriedReply },
    ['webhook-unknown', 'notice-unknown', 'store-unavailable', 'store-full'],
  )
  async redeliver(
    @Param({ schema: WebhookPath }) { name }: WebhookPath,
    @Body({ schema: RedeliverBody }) { id }: RedeliverBody,
  ): Promise<TriedReply> {
    return this.desk.redeliver(name, id);
  }
}
