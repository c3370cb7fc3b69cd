import { z } from 'zod';
import { Id, Sha256 } from '@conclave/contract';
import { chainHash, hasOwnId, type StoredEvent } from '@conclave/event-store';
import { leafOf, type CheckpointStatement } from './checkpoint.js';
import { rootFrom } from './merkle.js';

// A proof that one event is in the log that a checkpoint was signed of: the events from it to the last of its group then
// (the hash chain), and the path of that group in the tree.

/** `before`: hash of the event before the first one here. */
export const ProofHeader = z.strictObject({
  proof: z.literal(1),
  group: Id,
  version: z.int().min(1),
  before: Sha256,
});
export type ProofHeader = z.infer<typeof ProofHeader>;
export const ProofFooter = z.strictObject({
  footer: z.literal(true),
  checkpoint: z.string(),
  index: z.int().min(0),
  path: z.array(Sha256),
  key: z.record(z.string(), z.unknown()),
});
export type ProofFooter = z.infer<typeof ProofFooter>;

/** Follows the chain of a proof, event by event. */
export class ProofChain {
  private hash: string;
  private version: number;
  problem: string | null = null;

  constructor(private readonly header: ProofHeader) {
    this.hash = header.before;
    this.version = header.version - 1;
  }

  take(event: StoredEvent): void {
    const { stream, version, type, data, meta: stored } = event;
    const { group } = this.header;
    const { hash, ...meta } = stored as { hash?: string };
    if (stream !== `group-${group}` || version !== this.version + 1)
      this.problem ??= `event ${version} of "${stream}" stands where event ${this.version + 1} of group "${group}" belongs`;
    if (!hasOwnId(event)) this.problem ??= `event ${version} has another id than it says`;
    this.version = version;
    this.hash = chainHash(this.hash, { group, version, type, data, meta });
    if (hash !== this.hash) this.problem ??= `the hash of event ${version} does not fit`;
  }

  /** Why it proves nothing; null if it does. `statement`: what the checkpoint says, its signature checked. */
  finish({ index, path }: ProofFooter, { root, groups }: CheckpointStatement): string | null {
    if (this.problem) return this.problem;
    if (this.version < this.header.version) return 'the event that it is about is not in it';
    const { group } = this.header;
    const leaf = leafOf({ group, version: this.version, head: this.hash });
    const found = rootFrom(
      leaf,
      index,
      groups,
      path.map((hash) => Buffer.from(hash, 'hex')),
    );
    return found?.toString('hex') === root
      ? null
      : 'its events are not in the log that the checkpoint was signed of';
  }
}
