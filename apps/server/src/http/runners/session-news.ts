import type { ProcessId } from '@conclave/election';
import type { Node } from '@conclave/node';
import type { SessionSink } from '@conclave/presence';
import type { SessionEvents } from '@conclave/contract';
import type { SseStream } from '../streaming/sse-stream.js';

type Grant = Parameters<SessionSink['send']>[2];

/** What a runner's stream is told, in order, also where a grant has to be signed first (L14). */
export class SessionNews implements SessionSink {
  private waiting = 0;
  private told: Promise<void> = Promise.resolve();

  /** `stream` opens it: with its first message, so that an unknown runner still gets a proper problem instead. */
  constructor(
    private readonly node: Node,
    private readonly about: ProcessId,
    private readonly stream: () => SseStream,
  ) {}

  send(event: string, data: object, grant: Grant = null): void {
    const write = (all: object) => void this.stream().send({ event, data: all, id: null });
    if (!grant && this.waiting === 0) return write(data);
    const all = grant ? this.signed(data as SessionEvents['elected'], grant) : Promise.resolve(data);
    this.inTurn(async () => write(await all));
  }

  end(): void {
    this.inTurn(() => this.stream().end());
  }

  /** Resolves when everything so far was told. */
  async settled(): Promise<void> {
    return this.told;
  }

  private inTurn(act: () => void | Promise<void>): void {
    this.waiting++;
    this.told = this.told
      .then(act)
      .catch((error: unknown) => this.node.defects.record('presence', error))
      .finally(() => this.waiting--);
  }

  /** With a certificate of it, since work may ask for one as soon as it begins; without one nothing is granted yet. */
  private async signed(data: SessionEvents['elected'], grant: NonNullable<Grant>): Promise<object> {
    const { sequence, leaseMs, heartbeatMs, leftMs } = grant;
    const { certificates, clock, defects } = this.node;
    const held = { term: data.term, leaseMs: Math.floor(leftMs), heartbeatMs };
    try {
      const certificate = await certificates.of(this.about, held, clock.wallMs());
      return { ...data, grant: { sequence, leaseMs, certificate } };
    } catch (error) {
      defects.record('presence', error);
      return data;
    }
  }
}
