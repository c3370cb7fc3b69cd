import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Append, GroupListener } from '@conclave/election';
import { Node } from '@conclave/node';
import { Admission } from '../admission/admission.js';
import { Allowed } from '../edge/rules.js';
import { livingHeads } from '../edge/reads.js';

/** Prometheus metrics; every series is labelled with this server's instance. */
@Controller()
export class MetricsController implements GroupListener {
  private readonly registry = new Registry();
  private readonly events = new Counter({
    name: 'conclave_events_total',
    help: 'Events of groups read from the log',
    labelNames: ['type'],
    registers: [this.registry],
  });

  constructor(
    @Inject(Node) private readonly node: Node,
    @Inject(Admission) admission: Admission,
  ) {
    this.registry.setDefaultLabels({ instance: node.options.instance });
    collectDefaultMetrics({ register: this.registry });
    const groups = new Gauge({
      name: 'conclave_groups',
      help: 'Groups by state',
      labelNames: ['state'],
      registers: [this.registry],
      collect: () => {
        const counts = { led: 0, handover: 0, leaderless: 0, unreadable: node.groups.givenUp.size };
        for (const { state } of livingHeads(node))
          counts[state.leadership ? (state.leadership.handover ? 'handover' : 'led') : 'leaderless']++;
        for (const [state, count] of Object.entries(counts)) groups.set({ state }, count);
      },
    });
    this.gauge('conclave_ready', '1 if /readyz says so', () => (node.health.isReady ? 1 : 0));
    this.gauge(
      'conclave_deaf_seconds',
      'How long what this server writes has not come back from the store; what it shows may be as old',
      () => node.presence.deafForMs() / 1_000,
    );
    this.gauge(
      'conclave_clock_skew_seconds',
      "How far the time that this server goes by is ahead of the store's clock; 0 where the store has none",
      () => (node.clocks.skewMs ?? 0) / 1_000,
    );
    this.gauge(
      'conclave_clock_stepped_seconds',
      'How far the wall clock of the machine was set ahead (or back) while the server ran, which it does not follow',
      () => node.clock.steppedMs / 1_000,
    );
    this.count(
      'conclave_subscription_resumes_total',
      'Subscriptions to the store that broke and were resumed at once',
      'reason',
      node.health.resumes,
    );
    this.count(
      'conclave_store_errors_total',
      'What the store refused to those who asked, by code',
      'code',
      node.storeErrors,
    );
    this.count(
      'conclave_defects_total',
      'Errors that must not happen; each is in the log with its stack',
      'place',
      node.defects.counts,
    );
    this.count(
      'conclave_admission_refused_total',
      'Requests that were told to come again, by class: leader-beat, beat, command, read, stream, audit',
      'class',
      admission.refused,
    );
    this.gauge(
      'conclave_streams',
      'Watches and followed histories that are open',
      () => admission.counts.streams,
    );
    this.gauge('conclave_audits_running', 'Long audits that run now', () => admission.counts.audits.running);
    this.gauge('conclave_audits_waiting', 'Long audits that wait', () => admission.counts.audits.waiting);
    node.listen(this);
  }

  private gauge(name: string, help: string, value: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect: () => gauge.set(value()),
    });
  }

  /** A counter of what is counted elsewhere, read when somebody looks. */
  private count(name: string, help: string, label: string, counts: ReadonlyMap<string, number>): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect: () => {
        counter.reset();
        for (const [value, count] of counts) counter.inc({ [label]: value }, count);
      },
    });
  }

  changed({ events }: Append): void {
    if (!this.node.tail.isCaughtUp) return; // what is replayed at the start did not happen now
    for (const { type } of events) this.events.inc({ type });
  }

  @Get('metrics')
  @ApiExcludeEndpoint()
  @Allowed({ audience: 'consumers', scope: 'all' })
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.registry.contentType).send(await this.registry.metrics());
  }
}
