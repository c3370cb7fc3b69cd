import { setTimeout as sleep } from 'node:timers/promises';
import type { Cosigned } from '@conclave/audit';
import { AskedWitness, type Shown, type Standing, type WitnessParts } from './asked-witness.js';

/** A checkpoint waits for its co-signatures so long at the most. */
const PATIENCE_MS = 10_000;

/** What others have recorded as co-signed spares this server its own question, but not for longer. */
const OWN_MS = 600_000;

/** Those who co-sign checkpoints, so that this server cannot rewrite the past without being found out. */
export class Witnesses {
  private readonly all: AskedWitness[];
  /** What this server has shown last: of how many events, and when. */
  private shown = { events: -1, ms: -Infinity };

  constructor(
    urls: readonly string[],
    private readonly parts: WitnessParts,
  ) {
    this.all = urls.map((url) => new AskedWitness(url, parts));
  }

  get size(): number {
    return this.all.length;
  }
  /** Those that have co-signed neither what they were asked about last nor anything newer. */
  get behind(): Standing[] {
    return this.all.filter(({ isBehind }) => isBehind).map(({ standing }) => standing);
  }
  get standing(): Standing[] {
    return this.all.map(({ standing }) => standing);
  }

  /**
   * True if they are to be asked though all is recorded: how it stands with one of them is not known here, or what is
   * recorded is all that this server has to go by.
   */
  wantToSee(events: number, nowMs: number): boolean {
    if (this.size === 0) return false;
    const isKnown = this.standing.every(({ why, cosignedAt }) => why === null && cosignedAt !== null);
    return !isKnown || (events !== this.shown.events && nowMs - this.shown.ms > OWN_MS);
  }

  /** Co-signatures that come in time. Who has to be told a lot goes on, and has co-signed the next time. */
  async ask(shown: Shown): Promise<Cosigned[]> {
    if (this.size === 0) return [];
    this.shown = { events: shown.statement.events, ms: this.parts.clock.monotonicMs() };
    const got: Cosigned[] = [];
    const asked = this.all.map(async (witness) => {
      const cosigned = await witness.ask(shown);
      if (cosigned) got.push(cosigned);
    });
    const inTime = new AbortController();
    const signal = AbortSignal.any([inTime.signal, this.parts.signal]);
    const late = sleep(PATIENCE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    await Promise.race([Promise.all(asked), late]);
    inTime.abort();
    return [...got];
  }
}
