import { randomUUID } from 'node:crypto';
import { proposedOf } from '../appending/proposed.js';
import { changeMetadata, type Change } from './retention.js';
import type { Wire } from './wire.js';

/** So many place holders are written at once. */
const AT_ONCE = 1_000;

/** Tries again while it is worth it. */
export type Run = <T>(what: string, stream: string, work: () => Promise<T>, version?: number) => Promise<T>;

/** What lets go of events. The server hides them at once, and a scavenge removes them (facts 5). */
export class Upkeep {
  constructor(
    private readonly wire: Wire,
    private readonly prefix: string,
    private readonly run: Run,
  ) {}

  async headOf(stream: string): Promise<number> {
    const last = await this.run('reading', stream, async () => this.wire.last(this.prefix + stream));
    return last ? Number(last.revision) + 1 : 0;
  }

  /** What is older, by the server's own clock. */
  async expire(stream: string, keepMs: number): Promise<void> {
    const $maxAge = Math.ceil(keepMs / 1_000);
    await this.change(stream, (present) => (Number(present.$maxAge) === $maxAge ? null : { $maxAge }));
  }

  /** What is below the version. A `$tb` above the last event would hide what is still to come (facts 5). */
  async truncate(stream: string, before: number): Promise<void> {
    await this.hide(stream, Math.min(before, await this.headOf(stream)));
  }

  /** The same for who has just seen that it has come so far. */
  async hide(stream: string, before: number): Promise<void> {
    const $tb = before - 1;
    await this.change(stream, (present) => (Number(present.$tb ?? 0) >= $tb ? null : { $tb }));
  }

  /** A stream begins with its first version only: events of this type stand for those that are not copied. */
  async begin(stream: string, version: number, type: string): Promise<void> {
    const name = this.prefix + stream;
    for (let at = await this.headOf(stream); at < version; at += AT_ONCE) {
      const holders = Array.from({ length: Math.min(AT_ONCE, version - at) }, () =>
        proposedOf({ id: randomUUID(), type, data: {}, meta: {} }),
      );
      await this.run('appending to', stream, async () => this.wire.append(name, at, holders), at);
    }
  }

  private async change(stream: string, change: Change): Promise<void> {
    const name = `$$${this.prefix}${stream}`;
    await changeMetadata(
      {
        last: async () => this.run('reading', name, async () => this.wire.last(name)),
        append: async (version, event) =>
          this.run('writing', name, async () => this.wire.append(name, version, [event]), version),
      },
      change,
    );
  }
}
