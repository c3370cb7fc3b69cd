import { expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { StoreUnavailable, VersionConflict } from '@conclave/event-store';
import { seeded } from '@conclave/testing';
import type { Proposed } from '../appending/proposed.js';
import type { Run } from '../wire/upkeep.js';
import type { Wire } from '../wire/wire.js';
import { EsdbShelf } from './esdb-shelf.js';
import { PART_BYTES } from './in-parts.js';
import { ShelfLog, STREAM } from './shelf-log.fixture.js';

// Three servers put, drop and read in any order of their calls; answers are lost, servers killed, nodes behind.

const SERVERS = ['a', 'b', 'c'];
const [ACTS, MOST_PARTS, LABEL_BYTES] = [10, 4, 30];
const CHANCE = { lost: 0.04, killed: 0.5, behind: 0.1, cut: 0.2 };

const labelOf = (bytes: Uint8Array): string => Buffer.from(bytes).subarray(0, LABEL_BYTES).toString().trim();

class World {
  private readonly log = new ShelfLog();
  private readonly waiting: (() => void)[] = [];
  private readonly random: () => number;
  private readonly parts = new Map<number, string[]>();
  private nowAt = 1;
  private dropped = 0;
  private puts = 0;
  private acting = 0;
  isCalm = false;
  readonly wrong: string[] = [];

  constructor(
    seed: number,
    private readonly isOften: boolean,
  ) {
    this.random = seeded(seed);
  }
  private happens = (chance: number): boolean => !this.isCalm && this.random() < chance;
  private turn = async (): Promise<void> => new Promise((go) => void this.waiting.push(go));

  /** A process with its way to the log. */
  private server() {
    let isDead = false;
    const call = async <T>(work: () => T): Promise<T> => {
      const lose = async () => {
        await this.turn();
        if (this.happens(CHANCE.lost)) {
          isDead ||= this.happens(CHANCE.killed);
          throw new Error('lost');
        }
        if (isDead) throw new Error('killed');
      };
      await lose();
      const answer = work();
      await lose();
      return answer;
    };
    const behind = () => (this.isOften && this.happens(CHANCE.behind) ? Math.ceil(this.random() * 6) : 0);
    const page = (stream: string, version: number, count: number) => {
      const all = this.log.read(stream, behind()).filter(({ revision }) => Number(revision) >= version - 1);
      const events = all.slice(0, this.happens(CHANCE.cut) ? 1 : count);
      return { events, isCut: events.length < count };
    };
    const wire = {
      append: async (...asked: [string, number, readonly Proposed[]]) =>
        call(() => this.log.append(...asked)),
      last: async (stream: string) => call(() => this.log.read(stream, behind()).at(-1)),
      page: async (...asked: [string, number, number]) => call(() => page(...asked)),
    } as unknown as Wire;
    const run: Run = async (_, __, work) => {
      for (let attempt = 1; ; attempt++)
        try {
          return await work();
        } catch (error) {
          if (error instanceof VersionConflict) throw error;
          if (isDead || attempt === 4) throw new StoreUnavailable(String(error));
        }
    };
    return { shelf: new EsdbShelf(wire, run, STREAM, this.turn), isDead: () => isDead };
  }

  private async put(shelf: EsdbShelf): Promise<void> {
    const position = Math.max(1, this.nowAt - Math.floor(this.random() ** 2 * 12)); // some were saved slowly
    const id = ++this.puts;
    const labels = Array.from(
      { length: Math.ceil(this.random() * MOST_PARTS) },
      (_, n) => `${id} ${position} ${n}`,
    );
    this.parts.set(id, labels);
    const turn = this.turn;
    async function* bytes(): AsyncGenerator<Buffer> {
      for (const label of labels) {
        await turn();
        yield Buffer.from(label.padEnd(label === labels.at(-1) ? LABEL_BYTES : PART_BYTES));
      }
    }
    await shelf.put({ position: String(position), about: { id } }, bytes());
  }
  private async drop(shelf: EsdbShelf): Promise<void> {
    const before = this.nowAt;
    await shelf.drop(String(before));
    this.dropped = Math.max(this.dropped, before);
  }
  private async read(shelf: EsdbShelf): Promise<void> {
    const last = await shelf.last().catch(() => null);
    if (!last) return;
    const told: string[] = [];
    for await (const bytes of shelf.bytesOf(last)) told.push(labelOf(bytes));
    const labels = this.parts.get((last.about as { id: number }).id)!.slice(0, told.length);
    if (told.join() !== labels.join()) this.wrong.push(`read ${told.join()}, put was ${labels.join()}`);
  }

  /** Nothing of less than was dropped can be read. */
  private check(): void {
    for (const { type, data } of this.log.read(STREAM)) {
      const position =
        type === 'SnapshotPart'
          ? labelOf(data as Buffer).split(' ')[1]
          : (data as { position: string }).position;
      if (Number(position) < this.dropped)
        this.wrong.push(`${type} of ${position} after ${this.dropped} was dropped`);
    }
  }

  private async act(): Promise<void> {
    this.acting++;
    let server = this.server();
    for (let n = 0; n < ACTS && this.wrong.length === 0; n++) {
      this.nowAt += Math.floor(this.random() * 3);
      const chance = this.random();
      const work =
        chance < 0.65
          ? this.put(server.shelf)
          : chance < 0.8
            ? this.drop(server.shelf)
            : this.read(server.shelf);
      await work.catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable || error instanceof VersionConflict))
          this.wrong.push(String(error));
      });
      this.check();
      if (server.isDead()) server = this.server();
    }
    this.acting--;
  }

  /** In whatever order their calls go; then faults end, and it works. */
  async play(): Promise<string[]> {
    const all = Promise.all(SERVERS.map(async () => this.act()));
    while (this.acting > 0) {
      await setImmediate();
      this.waiting.splice(Math.floor(this.random() * this.waiting.length), 1)[0]?.();
    }
    await all;
    this.isCalm = true;
    const { shelf } = this.server();
    const end = async <T>(work: Promise<T>): Promise<T> => {
      const pump = setInterval(() => this.waiting.splice(0).forEach((go) => go()), 0);
      return work.finally(() => clearInterval(pump));
    };
    const position = String(this.nowAt + 5);
    async function* bytes(): AsyncGenerator<Buffer> {
      yield Buffer.from(`0 ${position} 0`);
    }
    const put = async () => end(shelf.put({ position, about: {} }, bytes()));
    if (!((await put()) || (await put()) || (await put()))) this.wrong.push('nothing can be put any more');
    await end(shelf.drop(String(this.nowAt + 6)));
    if (await end(shelf.last())) this.wrong.push('what was dropped stands');
    return this.wrong;
  }
}

it.each([false, true])(
  'is whole or not there, and gone when it was dropped; reads that are behind: %s',
  async (isOften) => {
    for (let seed = 1; seed <= Number(process.env.SEEDS ?? 60); seed++)
      expect({ seed, wrong: await new World(seed, isOften).play() }).toEqual({ seed, wrong: [] });
  },
);
