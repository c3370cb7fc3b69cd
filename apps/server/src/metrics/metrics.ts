import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { Node } from '@conclave/node';
import { isoOf, VERSION } from '@conclave/kernel';
import { ShownCertificate } from '../access/shown-certificate.js';
import { Admission } from '../http/admission/admission.js';
import { Webhooks } from '../webhooks/webhooks.js';
import { Counts, sumOf } from './counts.js';
import { GroupMetrics } from './group-metrics.js';
import { LastHour } from './last-hour.js';
import { count, gauge, joinProcess } from './series.js';
import { StateCounts } from './state-counts.js';
import { ofTrust } from './trust-metrics.js';
import { ofWebhooks } from './webhook-metrics.js';
import { WriteMetrics } from './write-metrics.js';

const MINUTE_MS = 60_000;
/** How many groups have series of their own; 0: none. */
export const MOST_SERIES = Symbol('most series');

/** Prometheus metrics of one server; every series is labelled with its instance. And the figures of the last hour. */
@Injectable()
export class Metrics implements OnApplicationShutdown {
  readonly registry = new Registry();
  readonly lastHour = new LastHour();
  private readonly states: StateCounts;
  private readonly delay = monitorEventLoopDelay({ resolution: 10 });
  private readonly timer: NodeJS.Timeout;

  constructor(
    @Inject(Node) private readonly node: Node,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(Counts) private readonly counts: Counts,
    @Inject(Webhooks) webhooks: Webhooks,
    @Inject(WriteMetrics) writes: WriteMetrics,
    @Inject(MOST_SERIES) mostSeries: number,
    @Inject(ShownCertificate) shown: ShownCertificate,
  ) {
    const { registry } = this;
    this.states = new StateCounts(node);
    registry.setDefaultLabels({ instance: node.options.instance });
    joinProcess(registry);
    const groups = new GroupMetrics(node, registry, mostSeries, counts, this.states);
    node.listen(this.states);
    for (const one of writes.all) registry.registerMetric(one);
    node.records.webhooks.vacancies.follow((append, vacancy) => groups.changed(append, vacancy));
    this.ofNode();
    this.ofHttp();
    ofWebhooks(registry, webhooks);
    ofTrust(registry, shown, node);
    this.delay.enable();
    this.timer = setInterval(() => this.takeMinute(), MINUTE_MS);
    this.timer.unref();
    this.takeMinute();
  }

  private ofNode(): void {
    const { node, registry } = this;
    const info = { version: VERSION, node: process.version, store: node.store.name.split(':')[0]! };
    new Gauge({
      name: 'conclave_build_info',
      help: '1; what runs here',
      labelNames: ['version', 'node', 'store'],
      registers: [registry],
    }).set(info, 1);
    gauge(registry, 'conclave_ready', '1 if /readyz says so', () => (node.health.isReady ? 1 : 0));
    gauge(
      registry,
      'conclave_deaf_seconds',
      'How long what this server writes has not come back from the store; what it shows may be as old',
      () => node.presence.deafForMs() / 1_000,
    );
    gauge(
      registry,
      'conclave_clock_skew_seconds',
      "How far the time that this server goes by is ahead of the store's clock; 0 where the store has none",
      () => (node.clocks.skewMs ?? 0) / 1_000,
    );
    gauge(
      registry,
      'conclave_clock_stepped_seconds',
      'How far the wall clock of the machine was set ahead (or back) while the server ran, which it does not follow',
      () => node.clock.steppedMs / 1_000,
    );
    gauge(registry, 'conclave_clock_steps', 'Steps of clocks that are on record, of all servers', () => {
      return node.clocks.steps.length;
    });
    count(
      registry,
      'conclave_subscription_resumes_total',
      'Subscriptions to the store that broke and were resumed at once',
      'reason',
      node.health.resumes,
    );
    count(
      registry,
      'conclave_store_errors_total',
      'What the store refused to those who asked, by code',
      'code',
      node.storeErrors,
    );
    count(
      registry,
      'conclave_defects_total',
      'Errors that must not happen; each is in the log with its stack',
      'place',
      node.defects.counts,
    );
    gauge(
      registry,
      'conclave_sessions',
      'Streams of runners that are open here',
      () => node.presence.sessions.count,
    );
  }

  private ofHttp(): void {
    const { admission, counts, registry } = this;
    count(
      registry,
      'conclave_beats_total',
      'Beats that were answered, by role or code',
      'answer',
      counts.beats,
    );
    const requests: Counter = new Counter({
      name: 'conclave_http_requests_total',
      help: 'Requests that were answered',
      labelNames: ['method', 'route', 'status'],
      registers: [registry],
      collect: () => {
        requests.reset();
        for (const [key, count] of counts.requests) {
          const [method, route, status] = key.split(' ') as [string, string, string];
          requests.inc({ method, route, status }, count);
        }
      },
    });
    count(
      registry,
      'conclave_connections_closed_total',
      'Connections that were closed at once, as there were too many of one client, or of all',
      'too_many_of',
      counts.closed,
    );
    count(
      registry,
      'conclave_admission_refused_total',
      'Requests that were told to come again, by class: leader-beat, beat, command, read, stream, audit',
      'class',
      admission.refused,
    );
    gauge(registry, 'conclave_streams', 'Watches and followed histories that are open', () => {
      return admission.counts.streams;
    });
    gauge(
      registry,
      'conclave_audits_running',
      'Long audits that run now',
      () => admission.counts.audits.running,
    );
    gauge(
      registry,
      'conclave_audits_waiting',
      'Long audits that wait',
      () => admission.counts.audits.waiting,
    );
  }

  private takeMinute(): void {
    const { node, admission, counts, delay } = this;
    this.lastHour.take({
      at: isoOf(node.clock.wallMs()),
      totals: {
        beats: sumOf(counts.beats),
        requests: sumOf(counts.requests),
        refused: sumOf(admission.refused),
        decisions: counts.decisions,
        writes: counts.writes,
      },
      now: {
        loopDelayP99Ms: delay.count === 0 ? 0 : Math.round(delay.percentile(99) / 1e5) / 10,
        heapBytes: process.memoryUsage().heapUsed,
        deafMs: Math.round(node.presence.deafForMs()),
        leaderless: this.states.of('leaderless') + this.states.of('new'),
        streams: admission.counts.streams,
      },
    });
    delay.reset();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.delay.disable();
  }
}
