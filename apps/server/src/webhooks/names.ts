import { ADDRCONFIG, type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A name that takes longer stands for what it stood for before. */
const PATIENCE_MS = 1_000;

type Addresses = LookupAddress[];
const ask = async (host: string): Promise<Addresses> => lookup(host, { all: true, hints: ADDRCONFIG });

/**
 * Where the names of receivers lead. Node looks up two names at a time, for all that it does, and one whose name servers are
 * silent takes 10 s or more: a receiver whose name is away, tried for some groups at once, would keep every other receiver,
 * issuer and store from being found. So of all receivers one name is looked up at a time, for all that wait for it.
 */
export class Names {
  private readonly known = new Map<string, Addresses>();
  private readonly asked = new Map<string, Promise<Addresses>>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly look = ask) {}

  /** Rejects as the look-up does. */
  async addressesOf(host: string): Promise<Addresses> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    const asked = this.asked.get(host) ?? this.askFor(host);
    const before = this.known.get(host);
    if (!before) return asked;
    const over = new AbortController();
    const late = sleep(PATIENCE_MS, before, { signal: over.signal }).catch(() => before);
    return Promise.race([asked, late]).finally(() => over.abort());
  }

  private askFor(host: string): Promise<Addresses> {
    const asked = this.turn
      .then(async () => this.look(host))
      .then((found) => {
        this.known.set(host, found);
        return found;
      })
      .finally(() => this.asked.delete(host));
    this.asked.set(host, asked);
    this.turn = asked.catch(() => undefined);
    return asked;
  }

  /** As sockets ask. */
  readonly lookup: LookupFunction = (host, { all }, done) => void this.tell(host, all === true, done);

  private async tell(host: string, all: boolean, done: Parameters<LookupFunction>[2]): Promise<void> {
    let found: Addresses;
    try {
      found = await this.addressesOf(host);
    } catch (error) {
      return done(error as NodeJS.ErrnoException, []);
    }
    if (all) done(null, found);
    else done(null, found[0]!.address, found[0]!.family);
  }
}
