import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cosigned } from '@conclave/audit';
import type { StoredEvent } from '@conclave/event-store';
import { until } from '@conclave/processes';
import { startWitness, type RunningWitness } from '../../../../apps/cli/src/witness/witness-server.js';
import { World, type Server } from '../node.fixture.js';

/** A witness, as the command line runs it, and the servers that ask it. */
export class Watched {
  witness!: RunningWitness;
  readonly said: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-witnesses-'));
  private readonly worlds: World[] = [];
  private readonly others: HttpServer[] = [];

  static async open(): Promise<Watched> {
    const watched = new Watched();
    await watched.begin(0);
    return watched;
  }
  async begin(port: number): Promise<void> {
    const options = { host: '127.0.0.1', port, data: this.data };
    this.witness = await startWitness(options, (words) => this.said.push(words));
  }
  /** Whatever was not kept is forgotten. */
  async restart(): Promise<void> {
    await this.witness.close();
    await this.begin(this.port);
  }
  get data(): string {
    return join(this.folder, 'witness');
  }
  get url(): string {
    return this.witness.url;
  }
  get port(): number {
    return Number(new URL(this.url).port);
  }

  async world(): Promise<World> {
    const w = await World.open();
    this.worlds.push(w);
    return w;
  }
  /** The same signing key in every world: what an operator who has the database has, too. */
  async started(w: World, witnesses = [this.url], id = 's1', own = w.store): Promise<Server> {
    const key = (kind: string) => (kind === 'key' ? join(this.folder, 'key') : null);
    const server = await w.server(id, own, key, witnesses);
    await until('its key is published', () => server.node.keys.saved().version > 0);
    return server;
  }
  /** Something else where a witness should be. */
  async answering(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    this.others.push(server);
    await until('it listens', () => server.listening);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  async close(): Promise<void> {
    await Promise.all(this.worlds.map((w) => w.close()));
    await this.witness.close();
    for (const other of this.others) other.close().closeAllConnections();
    rmSync(this.folder, { recursive: true });
  }
}

export async function everything(w: World): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const item of w.store.subscribe('0', new AbortController().signal)) {
    if (!('stream' in item)) break;
    events.push(item);
  }
  return events;
}

type Recorded = StoredEvent & { data: { checkpoint: string; witnesses?: Cosigned[] } };
export const recordedIn = async (w: World): Promise<Recorded[]> =>
  (await everything(w)).filter(({ stream }) => stream === 'checkpoints') as Recorded[];

let minutes = 0;
/** Two ticks far apart: the checkpoint of the minute is due. */
export function letMinutePass({ node }: Server): void {
  for (let n = 0; n < 2; n++) node.records.checkpoints.tick(minutes++ * 200_000);
}

/** The minute's checkpoint, when it is recorded after so many others. */
export async function recorded(w: World, server: Server, last = 0): Promise<Recorded> {
  letMinutePass(server);
  return until('it is recorded', async () => {
    const signed = await recordedIn(w);
    return signed.length > last && signed.at(-1);
  });
}

export const standing = ({ node }: Server) => node.records.checkpoints.witnesses.standing;
