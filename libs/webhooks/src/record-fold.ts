import type { Progress } from './cursor.js';
import { CLAIM, Claim, DEAD, Dead, DELIVERED, Delivered, REDELIVERED, Redelivered } from './records.js';

/** Records go after this time; what nobody delivered to for as long begins anew. */
export const KEEP_MS = 7 * 86_400_000;
/** A server that has not said for so long that it delivers does so no more. */
export const SILENT_MS = 15_000;
/** So many dead notices of an endpoint are remembered, the newest. */
const MOST_DEAD = 1_000;

interface Held {
  instance: string;
  /** Of a server that only has the instance of this one. */
  isNamesakes?: boolean;
  /** By the clock of who said it. */
  atMs: number;
  isReleased: boolean;
  /** When this server heard it, by its monotonic clock. */
  heardMs: number;
}

/** What an endpoint has come to. */
interface Standing {
  progress: Progress;
  recordedMs: number;
  dead: Dead[];
}

/** A record as it stands in the log; `heardMs`: when it was said, by this server's monotonic clock. */
export interface Heard {
  type: string;
  data: unknown;
  position: string;
  atMs: number;
  heardMs: number;
  isNamesakes?: boolean;
}

type Saved = { standings: [string, Standing][]; held: [string, Omit<Held, 'heardMs'>][] };

/** The stream `webhooks`, folded: how far each endpoint is, what was given up, and who delivers. */
export class RecordFold {
  private standings = new Map<string, Standing>();
  private held = new Map<string, Held>();

  take(heard: Heard): void {
    const { type, data, atMs } = heard;
    if (type === DELIVERED) this.deliver(Delivered.safeParse(data).data, atMs);
    else if (type === DEAD) this.bury(Dead.safeParse(data).data);
    else if (type === REDELIVERED) this.raise(Redelivered.safeParse(data).data);
    else if (type === CLAIM) this.claim(Claim.safeParse(data).data, heard);
  }

  private deliver(record: Delivered | undefined, recordedMs: number): void {
    if (!record) return;
    const { endpoint, ...progress } = record;
    const dead = this.standings.get(endpoint)?.dead ?? [];
    this.standings.set(endpoint, { progress, recordedMs, dead });
  }

  private bury(record: Dead | undefined): void {
    const standing = record && this.standings.get(record.endpoint);
    if (!standing) return;
    const others = standing.dead.filter(({ id }) => id !== record.id);
    standing.dead = [...others, record].slice(-MOST_DEAD);
  }

  private raise(record: { endpoint: string; id: string } | undefined): void {
    const standing = record && this.standings.get(record.endpoint);
    if (standing) standing.dead = standing.dead.filter(({ id }) => id !== record.id);
  }

  /** The last one counts: all servers read the same order, so they agree. With its first one an endpoint begins. */
  private claim(record: Claim | undefined, { position, atMs, heardMs, isNamesakes = false }: Heard): void {
    for (const endpoint of record?.endpoints ?? []) {
      const { instance, isReleased } = record!;
      this.held.set(endpoint, { instance, isNamesakes, isReleased, atMs, heardMs });
      const known = this.standings.get(endpoint);
      if (known && atMs - known.recordedMs <= KEEP_MS) continue;
      const progress = { position, atMs, behind: [] };
      this.standings.set(endpoint, { progress, recordedMs: atMs, dead: [] });
    }
  }

  /** Who delivers to an endpoint; null: nobody, as far as is known. */
  holderOf(endpoint: string, monotonicMs: number): string | null {
    const held = this.held.get(endpoint);
    if (!held || held.isReleased || monotonicMs - held.heardMs >= SILENT_MS) return null;
    return held.instance;
  }
  isNamesakes = (endpoint: string): boolean => this.held.get(endpoint)?.isNamesakes ?? false;

  /** Null: nobody has ever said that it delivers there. */
  progressOf(endpoint: string): Progress | null {
    return this.standings.get(endpoint)?.progress ?? null;
  }

  /** Given up within a week of `nowMs`, the newest first. */
  deadOf(endpoint: string, nowMs: number): Dead[] {
    const dead = this.standings.get(endpoint)?.dead ?? [];
    return dead.filter(({ at }) => nowMs - Date.parse(at) < KEEP_MS).toReversed();
  }

  /** What is older than a week is gone from the log, too. */
  saved(nowMs: number): Saved {
    return {
      standings: [...this.standings]
        .filter(([, { recordedMs }]) => nowMs - recordedMs < KEEP_MS)
        .map(([endpoint, standing]) => [
          endpoint,
          { ...standing, dead: this.deadOf(endpoint, nowMs).reverse() },
        ]),
      held: [...this.held].map(([endpoint, { heardMs: _, ...held }]) => [endpoint, held]),
    };
  }

  /** `heardMs`: when something was said at that time, by this server's monotonic clock. */
  restore({ standings, held }: Saved, heardMs: (atMs: number) => number): void {
    this.standings = new Map(standings);
    this.held = new Map(held.map(([endpoint, one]) => [endpoint, { ...one, heardMs: heardMs(one.atMs) }]));
  }
}
export type SavedRecords = Saved;
