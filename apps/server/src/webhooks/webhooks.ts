import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReloadedFile } from '@conclave/access';
import { Seldom } from '@conclave/kernel';
import type { Node } from '@conclave/node';
import type { Lane, Notice } from '@conclave/webhooks';
import type { Logger } from '../environment/logger.js';
import { Delivery } from './delivery.js';
import { Names } from './names.js';
import type { Outcome, Poster } from './posting.js';
import { AT_ONCE, type Count } from './turns.js';
import type { Endpoint, Endpoints } from './webhooks-file.js';

/** How often a server says that it delivers, and how soon it offers to where nobody does. */
const CLAIM_MS = 5_000;
const OFFER_MS = 1_000;
/** A server that has not proved for longer that it hears may have missed that another one delivers. */
const UNPROVED_MS = 2_000;
/** What is under way at a stop may take so long; what it brought is not told again then. */
const FINISH_MS = 2_000;
/** A store that takes longer to hear how far each has come is perhaps away: some is told again then. */
const RECORD_MS = 5_000;
/** A connection for each group under way, and for people who try. */
const CONNECTIONS = AT_ONCE + 2;
const NONE: Endpoints = new Map();

/** Tells others what happens: of several servers one for each endpoint, the one whose claim stands in the log. */
export class Webhooks {
  /** Tries by endpoint, for metrics. */
  readonly counts: Record<Count, Map<string, number>> = {
    delivered: new Map(),
    failed: new Map(),
    dead: new Map(),
  };
  private readonly deliveries = new Map<string, Delivery>();
  private readonly posters = new Map<string, Poster>();
  private readonly names = new Names();
  private readonly stopper = new AbortController();
  private own: AddressInfo | null = null;
  private claimedMs = -Infinity;
  private isClaiming = false;

  /** `file`: null, there are none. Before the node starts. */
  constructor(
    private readonly file: ReloadedFile<Endpoints> | null,
    readonly node: Node,
    private readonly logger: Logger,
  ) {
    const { webhooks } = node.records;
    webhooks.vacancies.follow((append, vacancy) => {
      for (const delivery of this.current()) delivery.changed(append, vacancy);
    });
    const namesakes = new Seldom((message) => logger.error(message)); // it claims every few seconds
    const words = `another server has the CONCLAVE_INSTANCE of this one, ${node.options.instance}: give each its own, or none`;
    webhooks.onNamesake = () => namesakes.tell('namesake', words, node.clock.monotonicMs());
    webhooks.followSteps((step) => {
      for (const delivery of this.current()) delivery.stepped(step);
    });
  }

  /** Without those that have just been taken out of the file. */
  private current(): Delivery[] {
    return [...this.deliveries].flatMap(([name, delivery]) => (this.endpoints.has(name) ? [delivery] : []));
  }

  get endpoints(): Endpoints {
    return this.file?.current ?? NONE;
  }
  /** Null: another server delivers to it, or none does yet. */
  deliveryTo(name: string): Delivery | null {
    return this.deliveries.get(name) ?? null;
  }

  /** Seconds by endpoint since the oldest notice that waits at this server happened, for metrics; 0: none waits. */
  get secondsBehind(): ReadonlyMap<string, number> {
    const { clock, time } = this.node;
    const nowMs = clock.wallMs();
    const behindMs = ({ group, items: [first], failingMs }: Lane): number =>
      first
        ? (group === null ? nowMs : time.nowMs(group)) - Date.parse(first.notice.at)
        : nowMs - (failingMs ?? nowMs);
    return new Map(
      [...this.deliveries].map(([name, { lanes }]) => {
        const all = [...lanes.all].map(behindMs);
        return [name, all.reduce((most, ms) => Math.max(most, ms), 0) / 1_000];
      }),
    );
  }

  /** From now on notices are sent. `own`: where this server listens. */
  begin(own: AddressInfo): void {
    this.own = own;
    if (this.endpoints.size > 0) void this.posting();
  }

  /** Call a few times a second. */
  tick(): void {
    const { node, own } = this;
    if (!own || !node.health.mayDecide || this.stopper.signal.aborted) return;
    const nowMs = node.clock.monotonicMs();
    this.claim(nowMs);
    for (const name of this.endpoints.keys()) {
      const isHeld = node.records.webhooks.isHeld(name);
      if (isHeld && !this.deliveries.has(name)) this.deliveries.set(name, this.begun(name));
      else if (!isHeld) this.drop(name);
    }
    for (const [name, delivery] of this.deliveries)
      if (this.endpoints.has(name)) delivery.tick(nowMs);
      else this.drop(name);
  }

  private claim(nowMs: number): void {
    const { presence, records } = this.node;
    const isFree = (name: string): boolean => records.webhooks.holderOf(name) === null;
    const mine = [...this.endpoints.keys()].filter((name) => isFree(name) || records.webhooks.isHeld(name));
    const pauseMs = mine.some(isFree) ? OFFER_MS : CLAIM_MS;
    if (mine.length === 0 || this.isClaiming || nowMs - this.claimedMs < pauseMs) return;
    if (presence.unprovedMs() > UNPROVED_MS) return;
    this.claimedMs = nowMs;
    this.isClaiming = true;
    void records.webhooks
      .claim(mine)
      .catch(() => undefined) // the store is away: said again soon, and /readyz says so
      .finally(() => (this.isClaiming = false));
  }

  private begun(name: string): Delivery {
    const { node, logger } = this;
    const progress = node.records.webhooks.progressOf(name)!; // it began with the first claim
    logger.info(
      { webhook: name, position: progress.position },
      `webhook "${name}": this server delivers from here on`,
    );
    // it goes on with what it was as long as something is under way when it is taken out of the file
    let last = this.endpoints.get(name)!;
    const endpoint = () => (last = this.endpoints.get(name) ?? last);
    const post = async (notice: Notice) => this.post(endpoint(), notice);
    const count = (what: Count) => void this.counts[what].set(name, (this.counts[what].get(name) ?? 0) + 1);
    return new Delivery({ node, logger, endpoint, post, count }, progress);
  }

  private drop(name: string): void {
    this.deliveries.get(name)?.turns.halt();
    this.deliveries.delete(name);
  }

  /** With an HTTP client that is a tenth of a start, which most never need; before its files may be others, with an upgrade. */
  private readonly posting = () => import('./posting.js');

  /** One try, whoever delivers otherwise. */
  async post(endpoint: Endpoint, notice: Notice): Promise<Outcome> {
    const own = this.own!;
    const { Poster } = await this.posting();
    let poster = this.posters.get(endpoint.name);
    if (!poster) {
      poster = new Poster(own, CONNECTIONS, () => this.node.clock.wallMs(), this.names);
      this.posters.set(endpoint.name, poster);
    }
    return poster.post(endpoint, notice, this.stopper.signal);
  }

  /** Before the store is let go of: another server may go on at once, where this one has come to. */
  async stop(): Promise<void> {
    const mine = [...this.deliveries];
    for (const [, delivery] of mine) delivery.turns.halt();
    this.own = null;
    for (
      let waitedMs = 0;
      waitedMs < FINISH_MS && mine.some(([, { turns }]) => !turns.isIdle);
      waitedMs += 20
    )
      await sleep(20);
    this.stopper.abort();
    if (mine.length > 0 && this.node.tail.isCaughtUp) {
      const told = Promise.all(mine.map(async ([, delivery]) => delivery.finish())).then(async () =>
        this.node.records.webhooks
          .claim(
            mine.map(([name]) => name),
            true,
          )
          .catch(() => undefined),
      );
      await Promise.race([told, sleep(RECORD_MS)]);
    }
    await Promise.all([...this.posters.values()].map(async (poster) => poster.close()));
  }
}
