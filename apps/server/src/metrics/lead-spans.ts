import type { Append, Id } from '@conclave/election';
import type { Vacancy } from '@conclave/webhooks';

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
}

/** Follows each group from lead to lead. Instants are those of the log. */
export class LeadSpans {
  private readonly open = new Map<Id, Open>();

  /** `vacancy`: that stood before it. */
  take({ group, events, before }: Append, vacancy: Vacancy | null): Spans {
    const spans: Spans = { elected: [], ended: [], failoverMs: [], handoverMs: [], leaderlessMs: [] };
    const toldAt = before.leadership?.handover?.since; // where a snapshot was the beginning, only that is known
    const toldMs = toldAt === undefined ? null : Date.parse(toldAt);
    const held = this.open.get(group) ?? { lostMs: null, toldMs };
    let vacantMs = vacancy?.sinceMs ?? null;
    this.open.set(group, held);
    for (const { type, data, meta } of events) {
      const ms = Date.parse(meta.at);
      switch (type) {
        case 'HeartbeatMissed':
          // by the instant: `silentMs` counts only while somebody could hear (L6), and it may be long that nobody did
          if (data.runner === before.leadership?.runner)
            held.lostMs = data.lastSeenAt === null ? ms - data.silentMs : Date.parse(data.lastSeenAt);
          break;
        case 'LeadershipRevoked':
          held.toldMs = ms;
          break;
        case 'LeadershipEnded':
          spans.ended.push(data.cause);
          vacantMs = ms;
          break;
        case 'LeaderElected':
          spans.elected.push(data.cause);
          if (held.toldMs !== null) spans.handoverMs.push(ms - held.toldMs);
          else if (held.lostMs !== null) spans.failoverMs.push(ms - held.lostMs);
          if (vacantMs !== null) spans.leaderlessMs.push(ms - vacantMs);
          vacantMs = null;
          Object.assign(held, { lostMs: null, toldMs: null });
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
