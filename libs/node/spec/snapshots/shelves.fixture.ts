import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { comparePositions, type Position, type Shelf, type Shelved } from '@conclave/event-store';
import { dropFolder } from '@conclave/processes';
import type { FaultyStore } from '@conclave/testing';
import { World, type Server } from '../node.fixture.js';

/** What a store keeps of it, and what is to go wrong. */
export class MemoryShelf implements Shelf {
  kept: { shelved: Shelved; bytes: Buffer } | null = null;
  puts = 0;
  due = true;
  error: Error | null = null;
  /** The same, of the bytes alone. */
  bytesError: Error | null = null;
  private dropped: Position = '0';

  /** Otherwise than it was put there. */
  say = (more: object): object => Object.assign(this.kept!.shelved.about as object, more);
  last = async (): Promise<Shelved | null> => {
    if (this.error) throw this.error;
    return this.kept && this.kept.shelved;
  };
  async *bytesOf(): AsyncGenerator<Uint8Array> {
    if (this.bytesError) throw this.bytesError;
    yield this.kept!.bytes;
  }
  isDue = async (_: Position, isOverdue: (last: Shelved) => boolean): Promise<boolean> => {
    const last = await this.last();
    return this.due || (last !== null && isOverdue(last));
  };
  async put(shelved: Shelved, bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
    if (this.error) throw this.error;
    const newest = this.kept?.shelved.position ?? this.dropped;
    if (comparePositions(newest, shelved.position) > 0) return false;
    const all = await buffer(bytes);
    this.puts++;
    this.kept = { shelved, bytes: all };
    return true;
  }
  async drop(before: Position): Promise<void> {
    if (this.error) throw this.error;
    if (this.kept && comparePositions(this.kept.shelved.position, before) >= 0) return;
    [this.kept, this.dropped] = [null, before];
  }
}

/** A way to a log, with the shelf beside it, and where those who followed it began. */
export function shelved<S extends FaultyStore>(store: S, shelf: Shelf) {
  const from: Position[] = [];
  const subscribe = store.subscribe.bind(store);
  return Object.assign(store, {
    from,
    shelf: () => shelf,
    subscribe: (...asked: Parameters<typeof subscribe>) => {
      from.push(asked[0]);
      return subscribe(...asked);
    },
  });
}

/** So many minutes, in which it looks whether it should put one there. */
export async function minutesOf({ node, clock }: Server, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    node['shared'].tick(clock.monotonicMs() + n * 60_000);
    await node['shared'].idle();
  }
}

/** Servers of one log with a shelf, each with a folder of its own. */
export class Shelves {
  readonly shelf = new MemoryShelf();
  private readonly folder = mkdtempSync(join(tmpdir(), 'conclave-shared-'));
  private constructor(readonly w: World) {}
  static open = async (): Promise<Shelves> => new Shelves(await World.open());

  filesOf = (server: string) => (kind: string) => join(this.folder, `${server}.${kind}`);
  store = () => shelved(this.w.otherStore(), this.shelf);
  async start(id: string, store = this.store()) {
    return { server: await this.w.server(id, store, this.filesOf(id)), from: store.from };
  }
  /** One that has put what it knows there: a leads, b stands by. */
  async first(): Promise<Server> {
    const { server } = await this.start('s1');
    await this.w.ledPair(server);
    await minutesOf(server, 2);
    return server;
  }
  async close(): Promise<void> {
    await this.w.close();
    dropFolder(this.folder);
  }
}
