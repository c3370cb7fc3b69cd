import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { accessDenied, notLeader, timedOut, unavailable } from './messages.js';

/**
 * Before anything happens: `unavailable`, `not-leader`, `access-denied`. After the append is in the log: the
 * others.
 */
export type Fault =
  | 'unavailable'
  | 'access-denied'
  | 'not-leader'
  | 'reply-cut'
  | 'reply-silent'
  | 'reply-timed-out'
  | 'reply-without-position';
export type Call = 'append' | 'read';

/** What goes wrong next. */
export class Faults {
  /** Where `not-leader` sends the client. */
  leader = { host: '127.0.0.1', port: 0 };
  readonly calls = { append: 0, read: 0, batch: 0 };
  private readonly next: Record<Call, Fault[]> = { append: [], read: [] };

  /** Every append is refused while this holds, and not one longer: a queue of faults would outlast it. */
  appendsDenied = false;

  /** Set by a cluster: what the state of this node makes of a call. `hold`: it is not answered for now. */
  ofNode: (call: Call, metadata: Metadata) => ServiceError | null = () => null;

  constructor(private readonly cut: () => void) {}

  on(call: Call, ...faults: Fault[]): void {
    this.next[call].push(...faults);
  }

  refuse(call: Call, metadata: Metadata): ServiceError | null {
    this.calls[call]++;
    const ofNode = this.ofNode(call, metadata);
    if (ofNode) return ofNode;
    if (call === 'append' && this.appendsDenied) return accessDenied();
    const [fault] = this.next[call];
    // Without the header a follower forwards and nobody notices (facts 1.4).
    if (
      !fault ||
      fault.startsWith('reply-') ||
      (fault === 'not-leader' && metadata.get('requires-leader').length === 0)
    )
      return null;
    this.next[call].shift();
    if (fault === 'access-denied') return accessDenied();
    return fault === 'not-leader' ? notLeader(this.leader.host, this.leader.port) : unavailable();
  }

  /** Called when an append has been applied: what becomes of its answer. */
  atReply(): ServiceError | 'silent' | 'without-position' | null {
    if (!this.next.append[0]?.startsWith('reply-')) return null;
    const fault = this.next.append.shift();
    if (fault === 'reply-timed-out') return timedOut();
    if (fault === 'reply-without-position') return 'without-position'; // happens on replays (facts 2.2)
    if (fault === 'reply-cut') this.cut();
    return 'silent';
  }
}
