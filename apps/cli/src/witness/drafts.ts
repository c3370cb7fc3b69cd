import { Extension, lineDigest, type CheckpointStatement, type Witnessed } from '@conclave/audit';
import { readCheckpoint } from '../files/signed-line.js';
import { CliError } from '../remote/cli-error.js';
import { WitnessRefusal } from './witness-refusal.js';

const DRAFTS_MOST = 16;
/** Of which nothing was heard for so long nothing is remembered. */
const IDLE_MS = 60_000;

/** A checkpoint that is being told. */
export class Draft {
  readonly extension: Extension;
  /** Parts that were told. */
  told = 0;
  touchedMs = 0;
  private said: { statement: CheckpointStatement; kid: string } | null = null;

  constructor(
    log: string,
    readonly base: Witnessed | null,
    readonly checkpoint: string,
  ) {
    this.extension = new Extension(log, base);
  }

  /** Whether a key of the log, as far as it was told, has signed: revoked or not. */
  async isAuthentic(): Promise<boolean> {
    return this.said !== null || (await this.read()).isSigned;
  }

  /** What it says. Throws {@link WitnessRefusal} if it is not signed by a key that may. */
  async statement(): Promise<CheckpointStatement> {
    if (this.said) return this.said.statement;
    const { statement, kid, isSigned } = await this.read();
    const why = this.extension.whyNotSigner(kid) ?? (isSigned ? null : `its signature is not of key ${kid}`);
    if (why) throw new WitnessRefusal('key-refused', `the checkpoint does not count: ${why}`);
    this.said = { statement, kid };
    return statement;
  }

  private async read(): ReturnType<typeof readCheckpoint> {
    try {
      const { kid } = await readCheckpoint(this.checkpoint, []);
      const key = this.extension.keyOf(kid);
      return await readCheckpoint(this.checkpoint, key ? [{ ...key }] : []);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      throw new WitnessRefusal('invalid-request', 'what is to be co-signed is no checkpoint of Conclave');
    }
  }
}

/** Checkpoints that are being told; few, and not for long. */
export class Drafts {
  private readonly all = new Map<string, Draft>();

  /** The draft of a checkpoint of which so many parts were told. Throws {@link WitnessRefusal}. */
  of(log: string, base: Witnessed | null, checkpoint: string, told: number, nowMs: number): Draft {
    const name = nameOf(log, checkpoint);
    const found = this.all.get(name);
    this.all.delete(name);
    const draft = told === 0 ? new Draft(log, base, checkpoint) : found;
    if (!draft || draft.told !== told || draft.base !== base)
      throw new WitnessRefusal('begin-again', 'tell this checkpoint from its first part');
    draft.touchedMs = nowMs;
    for (const [other, { touchedMs }] of this.all)
      if (nowMs - touchedMs > IDLE_MS || this.all.size >= DRAFTS_MOST) this.all.delete(other);
    this.all.set(name, draft); // as the last: the others are older
    return draft;
  }

  drop(log: string, { checkpoint }: Draft): void {
    this.all.delete(nameOf(log, checkpoint));
  }
}

const nameOf = (log: string, checkpoint: string): string => `${log} ${lineDigest(checkpoint)}`;
