import { ErrorType, NotLeaderError } from '@eventstore/db-client';
import { StoreUnavailable, type StoreError, type StoreUnusable } from '@conclave/event-store';
import { addressOf, type Endpoint, type Target } from './connection-string.js';
import { Attempts } from './attempts.js';
import { Dialing } from './dialing.js';
import { isConnectionFault, mistakeIn, NoAnswer, saidBy, Unreachable } from './failures.js';
import type { Line, Check } from './line.js';
import { notInsecure, PROBE_MS } from './tls-probe.js';
import type { Topology } from './topology.js';

/** So long who asks waits for a connection; the connecting goes on. */
const CONNECT_MS = 2_500;
/** So often it is asked meanwhile who leads. */
const LOOKS = 2;

/** Which node is spoken to: the leader for all calls, in a line of its own for each subscription. */
export class Connections {
  private line: Line | null = null;
  private finding: Promise<Line> | null = null;
  private readonly dialing: Dialing;
  private readonly probing = new Attempts<StoreUnusable>();
  /**
   * Of a subscription that the server dropped for being slow: its connection works, and it resumes at once.
   */
  private kept: Line | null = null;
  /** Where the last subscription was, of those that need not be at the leader. */
  private subscribed: Endpoint | null = null;
  /** Given up, with calls that wait yet. */
  private past: Line[] = [];
  /** Named by a node that is not the leader (any more). */
  private named: Endpoint | null = null;
  private isClosed = false;
  /** Some call was answered: what fails later is no mistake in the connection string. */
  private hasWorked = false;
  /**
   * Whether the log that a node has is still the one that was read; rejects if not. Asked before anything is
   * written there.
   */
  check: Check = async () => undefined;
  /** Calls go to another node from now on. */
  onMoved: (to: Endpoint) => void = () => undefined;

  constructor(
    private readonly target: Target,
    private readonly topology: Topology,
  ) {
    this.dialing = new Dialing(target);
  }

  /**
   * One call on the present leader. A fault of its connection, or a leader that is none, is remembered for
   * the next call. A write goes out only on a connection that has not broken since the log was found to be
   * the same on it.
   */
  async call<T>(work: (line: Line) => Promise<T>, isWrite = false): Promise<T> {
    if (this.line?.isBroken) this.giveUp(this.line);
    const line = this.line ?? (await this.find());
    try {
      const answer = await line.use(async () => {
        if (isWrite) await line.trust(this.check);
        return work(line);
      });
      this.hasWorked = true;
      return answer;
    } catch (error) {
      this.judge(line, error);
      throw await this.explained(line.endpoint, error as Error);
    }
  }

  /** What a fault of a first connection means, if gRPC does not say it. */
  async explained<E extends Error>(endpoint: Endpoint, error: E): Promise<E | StoreError> {
    if (this.target.kind !== 'node' && !(error instanceof Unreachable)) saidBy(addressOf(endpoint), error);
    const isUnreachable =
      error instanceof StoreUnavailable || isConnectionFault(error) || error instanceof Unreachable;
    if (!isUnreachable || this.hasWorked) return error;
    const probe = () => ({ result: notInsecure(this.target, endpoint) });
    return mistakeIn(error) ?? this.probing.result(addressOf(endpoint), PROBE_MS, probe).catch(() => error);
  }

  private readonly explainedAtSeed = async (error: Error): Promise<never> =>
    Promise.reject(await this.explained(this.target.seeds[0]!, error));

  /**
   * A line for one subscription; its owner retires or keeps it. Where there is no leader, a follower will do.
   */
  async subscriber(): Promise<Line> {
    const { kept } = this;
    this.kept = null;
    return kept ?? this.newSubscriber().catch(this.explainedAtSeed);
  }

  /** For the next subscription. */
  keep(line: Line): void {
    this.dropKept();
    if (this.isClosed) line.retire();
    else this.kept = line;
  }

  private dropKept(): void {
    this.kept?.retire();
    this.kept = null;
  }

  private async newSubscriber(): Promise<Line> {
    const { preference } = this.target;
    if (this.target.kind === 'node')
      return this.dialed(this.named ?? this.line?.endpoint ?? this.target.seeds[0]!);
    if (!this.followsLeader) {
      this.subscribed = await this.topology.any(preference, this.subscribed);
      return this.dialed(this.subscribed);
    }
    return this.dialed(
      this.line?.endpoint ?? (await this.topology.leader().catch(async () => this.topology.any(preference))),
    );
  }

  /** True if subscriptions should be where the calls go. */
  get followsLeader(): boolean {
    return this.target.preference === 'leader';
  }

  judge(line: Line, error: unknown): void {
    const isNotLeader = error instanceof NotLeaderError;
    if (!isNotLeader && !isConnectionFault(error) && !(this.target.kind !== 'node' && isServerTimeout(error)))
      return;
    if (isNotLeader) this.named = { host: error.leader.address, port: error.leader.port };
    if (this.line && addressOf(this.line.endpoint) === addressOf(line.endpoint)) this.giveUp(this.line);
  }

  /** The next call finds another one. */
  private giveUp(line: Line): void {
    line.retire();
    this.past.push(line);
    this.line = null;
  }

  /** Whoever waits at a node that leads no more asks the one that does. */
  private leavePast(leader: Endpoint): void {
    for (const line of this.past) if (addressOf(line.endpoint) !== addressOf(leader)) line.leave(leader);
    this.past = this.past.filter((line) => !line.isIdle && addressOf(line.endpoint) === addressOf(leader));
  }

  private async find(): Promise<Line> {
    this.finding ??= this.found().finally(() => {
      this.finding = null;
    });
    return this.finding;
  }

  private async found(): Promise<Line> {
    const { named, target } = this;
    this.named = null;
    let given = named ?? (target.kind === 'node' ? target.seeds[0]! : null);
    for (let look = 1; ; look++) {
      const endpoint = given ?? (await this.leader());
      this.leavePast(endpoint);
      try {
        return this.take(await this.dialed(endpoint, CONNECT_MS / LOOKS));
      } catch (error) {
        if (look === LOOKS || !(error instanceof NoAnswer))
          throw await this.explained(endpoint, error as Error);
        if (target.kind !== 'node') given = null;
      }
    }
  }

  private async leader(): Promise<Endpoint> {
    return this.topology.leader().catch(this.explainedAtSeed);
  }

  private async dialed(endpoint: Endpoint, waitMs = CONNECT_MS): Promise<Line> {
    return this.dialing.to(endpoint, waitMs).catch(async (error: Error) => {
      const said = error instanceof NoAnswer ? new NoAnswer(`no connection within ${CONNECT_MS} ms`) : error;
      throw this.target.kind === 'node' ? said : saidBy(addressOf(endpoint), said);
    });
  }

  private take(line: Line): Line {
    if (this.isClosed) line.retire();
    else this.line = line;
    this.dropKept(); // it may lead to who led before
    this.onMoved(line.endpoint);
    return line;
  }

  close(): void {
    this.isClosed = true;
    this.dropKept();
    this.line?.retire();
    this.line = null;
    this.dialing.close();
  }
}

/** The leader may be cut off from the others: it answers so for a while before it knows (facts 12). */
const isServerTimeout = (error: unknown): boolean => (error as { type?: unknown }).type === ErrorType.TIMEOUT;
