import { Gauge, type Registry } from 'prom-client';
import type { Webhooks } from '../webhooks/webhooks.js';
import { count } from './series.js';

/** How webhooks come through. */
export function ofWebhooks(registry: Registry, webhooks: Webhooks): void {
  const { delivered, failed, dead } = webhooks.counts;
  const add = (name: string, help: string, counts: ReadonlyMap<string, number>) =>
    count(registry, `conclave_webhook_${name}_total`, help, 'endpoint', counts);
  add('delivered', 'Notices that an endpoint has taken', delivered);
  add('failed', 'Tries that an endpoint has not taken; they are repeated', failed);
  add('dead', 'Notices that were given up: conclave webhook dead lists them', dead);
  const behind: Gauge = new Gauge({
    name: 'conclave_webhook_behind_seconds',
    help: 'How old the oldest notice is that an endpoint has not taken yet',
    labelNames: ['endpoint'],
    registers: [registry],
    collect: () => {
      behind.reset();
      for (const [endpoint, seconds] of webhooks.secondsBehind) behind.set({ endpoint }, seconds);
    },
  });
}
