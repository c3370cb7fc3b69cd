import type { DeadNotice, TriedReply, WebhookReply } from '@conclave/contract';
import { randomUuid } from '@conclave/kernel';
import type { Notice } from '@conclave/webhooks';
import { ApiProblem } from '../http/edge/api-problem.js';
import type { Delivery } from './delivery.js';
import type { Outcome } from './posting.js';
import { noticeAgain } from './rereading.js';
import type { Endpoint } from './webhooks-file.js';
import type { Webhooks } from './webhooks.js';

/** What a webhook may be asked by hand. */
export class WebhookDesk {
  constructor(private readonly webhooks: Webhooks) {}

  list(): WebhookReply[] {
    return [...this.webhooks.endpoints.values()].map((endpoint) => this.standing(endpoint));
  }

  /** Throws {@link ApiProblem} `webhook-unknown`. */
  dead(name: string): DeadNotice[] {
    this.endpointOf(name);
    return this.webhooks.node.records.webhooks.deadOf(name).map(({ endpoint: _, ...dead }) => dead);
  }

  /** Sends a notice of type `test` at once, past all that waits. Throws {@link ApiProblem} `webhook-unknown`. */
  async test(name: string, actor: string): Promise<TriedReply> {
    const endpoint = this.endpointOf(name);
    const tried = await triedOf(testNotice(this.webhooks.node.now(), actor), (notice) =>
      this.webhooks.post(endpoint, notice),
    );
    if (tried.delivered) this.delivers(name)?.wake();
    return tried;
  }

  /** One try for what was given up. Throws {@link ApiProblem} `webhook-unknown`, `notice-unknown`. */
  async redeliver(name: string, id: string): Promise<TriedReply> {
    const endpoint = this.endpointOf(name);
    const { node } = this.webhooks;
    const dead = node.records.webhooks.deadOf(name).find((one) => one.id === id);
    if (!dead) throw new ApiProblem('notice-unknown', `webhook "${name}" has given up no notice ${id}.`);
    const notice = await noticeAgain(node, dead, endpoint.wanted);
    if (!notice)
      throw new ApiProblem(
        'notice-unknown',
        `what notice ${id} tells is not in the log any more: it is archived.`,
      );
    const tried = await triedOf(notice, (one) => this.webhooks.post(endpoint, one));
    if (tried.delivered) {
      this.delivers(name);
      await node.records.webhooks.redelivered(name, id);
    }
    return tried;
  }

  /** What was tried past all that waits has arrived. */
  private delivers(name: string): Delivery | null {
    const delivery = this.webhooks.deliveryTo(name);
    if (delivery) delivery.turns.isInVain = false;
    return delivery;
  }

  private endpointOf(name: string): Endpoint {
    const endpoint = this.webhooks.endpoints.get(name);
    if (endpoint) return endpoint;
    const names = [...this.webhooks.endpoints.keys()];
    const known = names.length === 0 ? 'none is configured' : `there are ${names.join(', ')}`;
    throw new ApiProblem('webhook-unknown', `there is no webhook "${name}": ${known}.`);
  }

  private standing({ name, url, groups, on, giveUpAfterMs }: Endpoint): WebhookReply {
    const { node } = this.webhooks;
    const { webhooks } = node.records;
    const delivery = this.webhooks.deliveryTo(name);
    const holder = webhooks.holderOf(name);
    const isFailing =
      delivery !== null &&
      (delivery.turns.isInVain || [...delivery.lanes.all].some(({ why }) => why !== null));
    const progress = webhooks.progressOf(name);
    return {
      name,
      url: url.origin + (url.pathname === '/' ? '' : '/…'), // of many receivers the path is the secret
      groups: [...groups],
      on: [...on],
      giveUpAfterMs,
      state: delivery ? (isFailing ? 'failing' : 'delivering') : holder === null ? 'starting' : 'elsewhere',
      instance: holder,
      position: progress?.position ?? null,
      waiting: delivery ? delivery.lanes.held : null,
      waitingGroups: delivery ? delivery.lanes.size : (progress?.behind.length ?? null),
      lastError: delivery?.turns.lastFailure ?? null,
      dead: webhooks.deadOf(name).length,
    };
  }
}

const testNotice = (at: string, actor: string): Notice => ({
  id: `${randomUuid()}:test`,
  type: 'test',
  at,
  group: null,
  version: 0,
  position: '0',
  term: null,
  runner: null,
  words: ['somebody tries whether this webhook works'],
  actor,
  reason: null,
  link: '/',
});

async function triedOf(notice: Notice, post: (notice: Notice) => Promise<Outcome>): Promise<TriedReply> {
  const { status, why } = await post(notice);
  return { id: notice.id, delivered: why === null, status, why };
}
