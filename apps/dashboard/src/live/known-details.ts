import type { GroupReply, TenuresPage } from '@conclave/contract';
import { ask, groupPath, pathOf, Problem } from '../api/ask.js';
import { tenureOf, type Tenure } from '../api/tenures.js';
import { nowMs } from '../api/clock.js';

const DAY_MS = 86_400_000;
/** The server runs two audits at once; others want some, too. */
const AT_ONCE = 2;
/** Counts of runners change without news of the leader. */
const FRESH_MS = 10_000;
/** The newest terms: more of a day could not be told apart. */
const MOST_TERMS = 1_000;

export interface Details {
  group: GroupReply;
  /** Those that touch the day, and the one before it if nobody led at its beginning; null: who looks may not read them. */
  tenures: Tenure[] | null;
  /** Older terms of that day are left out. */
  isCut: boolean;
  from: number;
  to: number;
}
interface Known {
  details: Details | null;
  version: number;
  askedMs: number;
}

/** More of a group than the watch tells, asked for while it is on the screen only. */
export class KnownDetails {
  private readonly known = new Map<string, Known>();
  private readonly waiting = new Map<string, number>();
  private running = 0;
  constructor(private readonly told: () => void) {}

  of = (group: string): Details | null => this.known.get(group)?.details ?? null;

  /** The groups that are on the screen, and their versions as far as they were told. */
  want(groups: readonly { group: string; version: number }[]): void {
    this.waiting.clear(); // what has left the screen meanwhile
    for (const { group, version } of groups) {
      const known = this.known.get(group);
      const isFresh = known && known.version >= version && Date.now() - known.askedMs < FRESH_MS;
      if (!isFresh) this.waiting.set(group, version);
    }
    this.next();
  }

  private next(): void {
    while (this.running < AT_ONCE && this.waiting.size > 0) {
      const [group, version] = [...this.waiting][0]!;
      this.waiting.delete(group);
      this.running++;
      void this.fetch(group, version).finally(() => {
        this.running--;
        this.next();
      });
    }
  }

  private async fetch(group: string, version: number): Promise<void> {
    const before = this.known.get(group);
    const held: Known = { details: before?.details ?? null, version, askedMs: Date.now() };
    this.known.set(group, held);
    try {
      const reply = await ask<GroupReply>(groupPath(group));
      const to = nowMs();
      const from = to - DAY_MS;
      const isSame = before?.details && before.details.group.version === reply.version;
      const { tenures, isCut } = isSame ? before.details! : await this.strip(reply, from);
      held.details = { group: reply, tenures, isCut, from, to };
      this.told();
    } catch {
      // the line stays as the watch told it; it is asked for again
    }
  }

  private async strip(
    { group, term }: GroupReply,
    from: number,
  ): Promise<Pick<Details, 'tenures' | 'isCut'>> {
    const query = { from: Math.max(0, term - MOST_TERMS + 1), limit: MOST_TERMS };
    const asked = async (since?: string) =>
      (await ask<TenuresPage>(pathOf(groupPath(group, '/tenures'), { ...query, since }))).tenures;
    const since = new Date(from).toISOString();
    try {
      const tenures = await asked(since);
      const isCut = tenures.length >= MOST_TERMS;
      const [first] = tenures;
      if (isCut || term === 0 || (first && first.from <= since)) return { tenures, isCut };
      const before = (first?.term ?? term + 1) - 1;
      const last = before > 0 ? await tenureOf(group, before) : null;
      if (last) tenures.unshift(last);
      return { tenures, isCut };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // what is sealed is in an archive; a consumer may read none of it
      if (error.code === 'history-sealed') return { tenures: await asked(), isCut: true };
      if (error.code === 'forbidden') return { tenures: null, isCut: false };
      throw error;
    }
  }
}
