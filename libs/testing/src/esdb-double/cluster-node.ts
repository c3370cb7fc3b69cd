import type { ServiceError } from '@grpc/grpc-js';
import type { EsdbDouble } from './esdb-double.js';
import type { Member } from './gossip.js';
import { notCommitted } from './messages.js';

/** One of the three, as the others see it. */
export class ClusterNode {
  role: 'LEADER' | 'FOLLOWER' | 'UNKNOWN' = 'UNKNOWN';
  /** Cut off from the other nodes, not from clients. */
  isCut = false;
  isPaused = false;
  /** It led when the others lost it. */
  hadLed = false;
  private readonly held = new Set<(why: ServiceError) => void>();

  constructor(readonly double: EsdbDouble) {}

  get isReachable(): boolean {
    return this.double.isUp && !this.isCut && !this.isPaused;
  }

  /** What that node's gossip says of this one. */
  seenBy(other: ClusterNode): Member {
    const isKnown = other === this || this.isReachable;
    return {
      port: this.double.port,
      state: isKnown ? this.role : 'UNKNOWN',
      isAlive: other === this || (isKnown && !other.isCut),
    };
  }

  pause(): void {
    this.isPaused = true;
    this.double.freeze();
  }
  resume(): void {
    this.isPaused = false;
    this.double.thaw();
  }

  /** An append that the others did not confirm fails after `ms`, or with the next {@link answerAll}. */
  async holdUncommitted(ms: number): Promise<ServiceError> {
    return new Promise((resolve) => {
      const fail = (why: ServiceError): void => {
        clearTimeout(timer);
        this.held.delete(fail);
        resolve(why);
      };
      const timer = setTimeout(() => fail(notCommitted()), ms);
      this.held.add(fail);
    });
  }

  answerAll(why: ServiceError): void {
    for (const fail of this.held) fail(why);
  }
}
