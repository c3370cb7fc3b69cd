import {
  lineDigest,
  type Cosigned,
  type CheckpointStatement,
  type GroupMark,
  type KnownReply,
} from '@conclave/audit';
import type { EventStore } from '@conclave/event-store';
import { isoOf, type Clock } from '@conclave/kernel';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../reporting/logger.js';
import { LogTold } from './log-told.js';
import { WitnessLink, WitnessSaysNo } from './witness-link.js';

/** Several servers may show theirs at once. */
const TRIES = 10;

/** A checkpoint, and what it is of. */
export interface Shown {
  statement: CheckpointStatement;
  checkpoint: string;
  marks: readonly GroupMark[];
}
/** How it stands with a witness. */
export interface Standing {
  url: string;
  kid: string | null;
  /** When it co-signed last, as far as this server knows. */
  cosignedAt: string | null;
  /** Why not since; null: it has, or was not asked yet. */
  why: string | null;
}
export interface WitnessParts {
  store: Pick<EventStore, 'read' | 'staleMs'>;
  clock: Clock;
  logger: Logger;
  /** Aborts when the server stops. */
  signal: AbortSignal;
}

/** One witness that this server asks. It is told only what follows on what it knows. */
export class AskedWitness {
  readonly standing: Standing;
  private readonly link: WitnessLink;
  private readonly told: LogTold;
  /** What it co-signed last for us: spares asking it for every group. */
  private last: Shown | null = null;
  private isBusy = false;
  private newest: Shown | null = null;
  /** It has not co-signed what it was shown last, or anything newer. */
  isBehind = true;

  constructor(
    url: string,
    private readonly p: WitnessParts,
  ) {
    this.standing = { url, kid: null, cosignedAt: null, why: null };
    this.link = new WitnessLink(url, p.signal);
    this.told = new LogTold(p.store, p.signal);
  }

  /** null if it does not co-sign; why stands in {@link standing}. Never rejects. One after the other. */
  async ask(shown: Shown): Promise<Cosigned | null> {
    this.isBehind = true;
    this.newest = shown;
    if (this.isBusy) return null;
    this.isBusy = true;
    try {
      const cosigned = await this.tellInTime(shown);
      this.isBehind = this.newest !== shown; // somebody has asked about more meanwhile
      if (cosigned) this.isWell(cosigned, shown);
      return cosigned;
    } catch (error) {
      if (!this.p.signal.aborted) this.isUnwell(error as Error);
      return null;
    } finally {
      this.isBusy = false;
    }
  }

  /** Anew, where another server was faster, or the witness was started anew. */
  private async tellInTime(shown: Shown): Promise<Cosigned | null> {
    for (let tries = 1; ; tries++)
      try {
        return await this.tell(shown);
      } catch (error) {
        if (!(error instanceof WitnessSaysNo && error.isAgain) || tries === TRIES) throw error;
      }
  }

  /** null: it has co-signed a newer checkpoint already. */
  private async tell(shown: Shown): Promise<Cosigned | null> {
    const { link } = this;
    const log = await this.told.identity();
    const known = await link.known(log);
    const marks = known ? await this.marksOf(log, known) : new Map<string, GroupMark>();
    if (await this.isOlder(shown, marks)) return null;
    const { checkpoint } = shown;
    const about = { checkpoint, base: known ? lineDigest(known.checkpoint) : null };
    let part = 0;
    for await (const next of this.told.parts(shown.marks, known, marks))
      await link.extend(log, { ...about, part: part++, ...next });
    return link.cosign(log, { ...about, parts: part });
  }

  private async marksOf(log: string, { root }: KnownReply): Promise<Map<string, GroupMark>> {
    const isOurs = this.last?.statement.root === root;
    const marks = isOurs ? this.last!.marks : await this.link.marks(log);
    return new Map(marks.map((mark) => [mark.group, mark]));
  }

  /** What the checkpoint lacks of what the witness knows stands in the log: another server has shown it. */
  private async isOlder({ marks }: Shown, known: ReadonlyMap<string, GroupMark>): Promise<boolean> {
    const own = new Map(marks.map((mark) => [mark.group, mark.version]));
    const lacking = [...known.values()].find(({ group, version }) => (own.get(group) ?? 0) < version);
    if (!lacking) return false;
    if (await this.told.has(lacking)) return true;
    const { staleMs } = this.p.store;
    if (staleMs === 0) return false;
    await sleep(staleMs, undefined, { signal: this.p.signal }); // the node that was asked may be behind
    return this.told.has(lacking);
  }

  private isWell({ kid }: Cosigned, shown: Shown): void {
    const { standing, p } = this;
    if (standing.why !== null) p.logger.info({ witness: standing.url }, 'the witness co-signs again');
    Object.assign(standing, { kid, cosignedAt: isoOf(p.clock.wallMs()), why: null });
    this.last = shown;
  }

  /** Said once, until it is another reason. */
  private isUnwell(error: Error): void {
    const { standing, p } = this;
    const isRefusal = error instanceof WitnessSaysNo && error.isRefusal;
    const why = isRefusal ? `it refuses this log: ${error.message}` : error.message;
    if (standing.why === why) return;
    standing.why = why;
    const message = `witness ${standing.url} does not co-sign: ${why}`;
    if (isRefusal) p.logger.error(`${message}. See docs/witness.md`);
    else p.logger.warn(`${message}; it is asked again every minute`);
  }
}
