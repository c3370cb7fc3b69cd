import { VersionConflict, type Appended } from '@conclave/event-store';

const ATTEMPTS = 50;

export interface Appending {
  append: (stream: string, version: number) => Promise<Appended>;
  /** Version of the stream now. */
  headOf: (stream: string) => Promise<number>;
}

/**
 * Appends at whatever version a stream has, but never as `any`: the server knows ids written by `any` only from a
 * cache (facts 2.3), while at an explicit revision a repeat, or a copy that the network kept, can never write twice.
 */
export class Publisher {
  private readonly heads = new Map<string, number>();
  private readonly turns = new Map<string, Promise<unknown>>();

  /** One at a time per stream: conflicts come from other servers only. */
  async publish(stream: string, appending: Appending): Promise<Appended> {
    const before = this.turns.get(stream) ?? Promise.resolve();
    const turn = before.then(() => this.place(stream, appending));
    const settled = turn.catch(() => undefined);
    this.turns.set(stream, settled);
    try {
      return await turn;
    } finally {
      if (this.turns.get(stream) === settled) this.turns.delete(stream);
    }
  }

  private async place(stream: string, { append, headOf }: Appending): Promise<Appended> {
    let head = this.heads.get(stream) ?? (await headOf(stream));
    this.heads.delete(stream);
    for (let attempt = 1; ; attempt++) {
      try {
        const appended = await append(stream, head);
        this.heads.set(stream, appended.version);
        return appended;
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
        head = error.actualVersion ?? (await headOf(stream));
      }
    }
  }
}
