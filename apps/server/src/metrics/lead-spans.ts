import type { Append, Id } from '@conclave/election';

/** What one append says of how well a group is led. */
export interface Spans {
  /** Causes of elections, and of ends of terms. */
  elected: string[];
  ended: string[];
  /** From the last sign of a leader that was lost to the election of the next, ms. */
  failoverMs: number[];
  /** From the word to stop to the election of the next, ms. */
  handoverMs: number[];
  /** For how long nobody had led when somebody was elected, ms. */
  leaderlessMs: number[];
}
interface Open {
  /** Last sign of a leader that was lost. */
  lostMs: number | null;
  toldMs: number | null;
  vacantMs: number | null;
}

/** Follows each group from lead to lead. Instants are those of the log. */
export class LeadSpans {
  private readonly open = new Map<Id, Open>();

  take({ group, events, before }: Append): Spans {
    const spans: Spans = { elected: [], ended: [], failoverMs: [], handoverMs: [], leaderlessMs: [] };
    const held = this.open.get(group) ?? { lostMs: null, toldMs: null, vacantMs: null };
    this.open.set(group, held);
    for (const { type, data, meta } of events) {
      const ms = Date.parse(meta.at);
      switch (type) {
        case 'HeartbeatMissed':
          if (data.runner === before.leadership?.runner) held.lostMs = ms - data.silentMs;
          break;
        case 'LeadershipRevoked':
          held.toldMs = ms;
          break;
        case 'LeadershipEnded':
          spans.ended.push(data.cause);
          held.vacantMs = ms;
          break;
        case 'LeaderElected':
          spans.elected.push(data.cause);
          if (held.toldMs !== null) spans.handoverMs.push(ms - held.toldMs);
          else if (held.lostMs !== null) spans.failoverMs.push(ms - held.lostMs);
          if (held.vacantMs !== null) spans.leaderlessMs.push(ms - held.vacantMs);
          Object.assign(held, { lostMs: null, toldMs: null, vacantMs: null });
          break;
        case 'GroupDeleted':
          this.open.delete(group);
          break;
        default:
      }
    }
    return spans;
  }
}
