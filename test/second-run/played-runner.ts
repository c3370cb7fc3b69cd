import type { HeartbeatReply } from '@conclave/contract';
import type { Session } from '@conclave/presence';
import { inc } from '@conclave/processes';
import type { VirtualServer } from './virtual-server.js';
import type { Life, Outage } from './worlds.js';

const DRIFT = 0.01;

/** A runner that behaves as the SDK does, in steps of the server's ticks. */
export class PlayedRunner {
  life = 1;
  private nextBeatMs = Infinity;
  private heartbeatMs = 0;
  private sequence = 0;
  private acked = 0;
  private session: Session | null = null;
  private isOpening = false;
  /** The term that it works in, and until when it may (L12). */
  private held: { term: number; untilMs: number; stopsMs: number } | null = null;
  /** A term that it was elected for and has no grant of yet. */
  private claim: number | null = null;
  private released: number | null = null;
  private givenUp = 0;
  private outage: Outage | null = null;

  constructor(
    private readonly server: VirtualServer,
    private readonly group: string,
    private readonly about: Life,
    private readonly workMs: number,
  ) {}

  get holds(): number | null {
    return this.held?.term ?? null;
  }
  private get process() {
    return { group: this.group, runner: this.about.runner, incarnation: inc(this.about.runner, this.life) };
  }

  /** One tick of its time; `atMs` counts from the beginning of the world. */
  act(atMs: number): void {
    const { outages, registersMs } = this.about;
    if (atMs < registersMs) return;
    if (atMs === registersMs) void this.register(null);
    const outage = outages.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs) ?? null;
    if (outage !== this.outage) this.change(this.outage, outage);
    if (this.outage || this.nextBeatMs === Infinity) return;
    if (this.held && this.nowMs >= this.held.untilMs) this.lose(); // its lease ran out unanswered
    if (this.held && this.nowMs >= this.held.stopsMs) this.giveBack();
    if (this.nowMs >= this.nextBeatMs) this.beat();
  }

  private get nowMs(): number {
    return this.server.nowMs;
  }

  private change(ended: Outage | null, begun: Outage | null): void {
    this.outage = begun;
    if (begun && begun.kind !== 'hang') this.close();
    if (begun || !ended) return;
    if (ended.kind !== 'restart') {
      this.nextBeatMs = this.nowMs;
      if (ended.kind === 'cut') this.open();
      return;
    }
    const former = inc(this.about.runner, this.life++);
    Object.assign(this, { sequence: 0, acked: 0, held: null, claim: null, released: null, givenUp: 0 });
    this.nextBeatMs = Infinity;
    void this.register(ended.isVouched ? former : null);
  }

  private async register(previousExited: string | null): Promise<void> {
    const { runner, priority, isReady } = this.about;
    const { incarnation } = this.process;
    const about = { runner, incarnation, priority, ready: isReady, previousExited };
    await this.server.order(this.group, { type: 'RegisterRunner', ...about }, `runner:${runner}`);
    this.nextBeatMs = this.nowMs;
    this.open();
  }

  private open(): void {
    if (this.session || this.isOpening) return;
    this.isOpening = true;
    const { life } = this;
    const hear = (event: string, data: object): void =>
      life === this.life && !this.outage
        ? this.told(event, (data as { term?: number }).term ?? 0)
        : undefined;
    const opening = this.server.node.presence.openSession(this.process, { send: hear, end: () => undefined });
    void opening.then(
      (session) => Object.assign(this, { session, isOpening: false }),
      () => (this.isOpening = false),
    );
  }
  private close(): void {
    if (this.session) this.server.node.presence.sessionClosed(this.session);
    this.session = null;
  }

  private told(event: string, term: number): void {
    if (event === 'elected' && !this.held && term > this.givenUp) this.claim = term;
    if (event === 'revoked') this.revoked(term);
    if (event === 'elected' || event === 'revoked') this.nextBeatMs = this.nowMs;
  }

  private beat(): void {
    const { held, released, acked, life } = this;
    const [sentMs, sequence] = [this.nowMs, ++this.sequence];
    this.nextBeatMs = sentMs + this.heartbeatMs;
    const term = held?.term ?? this.claim ?? undefined;
    const beat = { ...this.process, sequence, acked, term, ...(released !== null && { released }) };
    const reply = Promise.resolve().then(() => this.server.node.presence.reception.hear(beat));
    void reply.then(
      (heard) => {
        if (life === this.life && !this.outage) this.replied(heard, sequence, sentMs);
      },
      () => undefined,
    );
  }

  private replied(
    { role, term, leaseMs, heartbeatMs }: HeartbeatReply,
    sequence: number,
    sentMs: number,
  ): void {
    this.acked = Math.max(this.acked, sequence);
    this.heartbeatMs = heartbeatMs;
    this.nextBeatMs = Math.min(this.nextBeatMs, sentMs + heartbeatMs);
    const holds = role === 'leader' || role === 'revoked';
    if (this.held && (!holds || term !== this.held.term)) this.lose();
    if (!holds || term !== this.released) this.released = null;
    const isNews = holds && term > this.givenUp && term !== this.claim && term !== this.held?.term;
    this.claim = holds && term > this.givenUp && !this.held ? term : null;
    if (isNews) this.nextBeatMs = this.nowMs;
    const untilMs = sentMs + leaseMs * (1 - DRIFT);
    if (this.held) this.held.untilMs = Math.max(this.held.untilMs, leaseMs > 0 ? untilMs : 0);
    else if (this.claim !== null && role === 'leader' && leaseMs > 0) {
      this.held = { term, untilMs, stopsMs: Infinity };
      this.claim = null;
    }
    if (role === 'revoked') this.revoked(term);
  }

  private revoked(term: number): void {
    if (this.held?.term === term) this.held.stopsMs = Math.min(this.held.stopsMs, this.nowMs + this.workMs);
    if (this.claim !== term) return;
    this.giveUp(term);
    this.released = term;
    this.nextBeatMs = this.nowMs;
  }

  /** Its work has stopped: a promise, in its beats until it is acknowledged (L11). */
  giveBack(): void {
    this.released = this.held!.term;
    this.lose();
    this.nextBeatMs = this.nowMs;
  }

  /** Done for now. */
  resign(cooldownMs: number | null): void {
    const { runner } = this.about;
    const term = this.held!.term;
    this.lose();
    const { incarnation } = this.process;
    const command = { type: 'ResignLeadership' as const, runner, incarnation, term, cooldownMs };
    void this.server.order(this.group, command, `runner:${runner}`);
  }

  private lose(): void {
    if (this.held) this.giveUp(this.held.term);
    this.held = null;
  }
  private giveUp(term: number): void {
    this.givenUp = Math.max(this.givenUp, term);
    this.claim = null;
  }
}
