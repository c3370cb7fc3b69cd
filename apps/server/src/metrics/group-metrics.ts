import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Append, GroupState } from '@conclave/election';
import type { Node } from '@conclave/node';
import type { Vacancy } from '@conclave/webhooks';
import { livingHeads } from '../http/edge/reads.js';
import type { Counts } from './counts.js';
import { LeadSpans } from './lead-spans.js';
import type { StateCounts } from './state-counts.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * How groups are led, as this server reads it in the log: of several servers each says the same. Series of single groups
 * for the first `mostSeries` of them by id.
 */
export class GroupMetrics {
  private readonly spans = new LeadSpans();
  private readonly events: Counter;
  private readonly elections: Counter;
  private readonly ends: Counter;
  private readonly leaderless: Counter;
  private readonly failover: Histogram;
  private readonly handover: Histogram;
  private readonly lag: Histogram;

  constructor(
    private readonly node: Node,
    private readonly registry: Registry,
    mostSeries: number,
    private readonly counts: Counts,
    private readonly states: StateCounts,
  ) {
    const registers = [registry];
    const counter = (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name, help, labelNames, registers });
    const histogram = (name: string, help: string) =>
      new Histogram({ name, help, buckets: SECONDS, registers });
    this.events = counter('conclave_events_total', 'Events of groups read from the log', ['type']);
    this.elections = counter('conclave_elections_total', 'Leaders elected, by cause', ['cause']);
    this.ends = counter('conclave_terms_ended_total', 'Terms that ended, by cause', ['cause']);
    this.leaderless = counter(
      'conclave_leaderless_seconds_total',
      'Time in which groups had no leader, of vacancies that are over',
    );
    this.failover = histogram(
      'conclave_failover_seconds',
      'From the last sign of a leader that was lost to the election of the next',
    );
    this.handover = histogram(
      'conclave_handover_seconds',
      'From the word to stop to the election of the next',
    );
    this.lag = histogram(
      'conclave_tail_lag_seconds',
      'From the instant of a decision of this server until it has read it back from the log',
    );
    this.ofStates();
    if (mostSeries > 0) this.ofSingles(mostSeries);
  }

  /** `vacancy`: that stood before it, also where it is from before this server started. */
  changed(append: Append, vacancy: Vacancy | null): void {
    const { elected, ended, failoverMs, handoverMs, leaderlessMs } = this.spans.take(append, vacancy);
    if (!this.node.tail.isCaughtUp) return; // what is replayed at the start did not happen now, but may not be over
    for (const { type } of append.events) this.events.inc({ type });
    for (const cause of elected) this.elections.inc({ cause });
    for (const cause of ended) this.ends.inc({ cause });
    for (const ms of failoverMs) this.failover.observe(ms / 1_000);
    for (const ms of handoverMs) this.handover.observe(ms / 1_000);
    for (const ms of leaderlessMs) this.leaderless.inc(ms / 1_000);
    const { at, instance } = append.events[0]!.meta;
    if (instance !== this.node.options.instance) return;
    this.counts.decisions++;
    this.lag.observe(Math.max(0, this.node.clock.wallMs() - Date.parse(at)) / 1_000);
  }

  private ofStates(): void {
    const { node, states } = this;
    const groups = new Gauge({
      name: 'conclave_groups',
      help: 'Groups by state; leaderless: led before, and not paused; new: never led',
      labelNames: ['state'],
      registers: [this.registry],
      collect: () => {
        for (const state of ['led', 'handover', 'leaderless', 'new', 'paused'] as const)
          groups.set({ state }, states.of(state));
        groups.set({ state: 'unreadable' }, node.groups.givenUp.size);
      },
    });
  }

  /** Looked up together, once for each time that somebody looks: there may be many groups to choose from. */
  private ofSingles(most: number): void {
    const { node } = this;
    const vacantForMs = ({ id, leadership }: GroupState): number => {
      const vacancy = leadership ? null : node.records.webhooks.vacancies.of(id);
      // no further than this server has heard: who leads by now may be on its way
      const heardMs = node.time.nowMs(id) - node.presence.unprovedMs();
      return vacancy ? Math.max(0, heardMs - vacancy.sinceMs) : 0;
    };
    const single = (
      name: string,
      help: string,
      valueOf: (state: GroupState) => number,
      collect = () => {},
    ) => ({
      gauge: new Gauge({ name, help, labelNames: ['group'], registers: [this.registry], collect }),
      valueOf,
    });
    const all = [
      single(
        'conclave_leader_present',
        '1 while somebody leads the group, 0 while nobody does',
        ({ leadership }) => (leadership ? 1 : 0),
        () => collect(), // the first of them is asked first
      ),
      single(
        'conclave_elections_paused',
        '1 while somebody has paused the elections of the group',
        ({ pause }) => (pause ? 1 : 0),
      ),
      single('conclave_term', 'The last term of the group', ({ term }) => term),
      single(
        'conclave_leaderless_for_seconds',
        'For how long nobody has led the group that was led before; 0 while somebody does',
        (state) => vacantForMs(state) / 1_000,
      ),
    ];
    const collect = (): void => {
      for (const { gauge } of all) gauge.reset();
      let left = most;
      for (const { state } of livingHeads(node)) {
        if (left-- === 0) break;
        for (const { gauge, valueOf } of all) gauge.set({ group: state.id }, valueOf(state));
      }
    };
  }
}
