import type { ProcessId } from '@conclave/election';
import type { Node } from '@conclave/node';
import type { SessionSink } from '@conclave/presence';
import type { SessionEvents } from '@conclave/contract';
import type { SseStream } from '../streaming/sse-stream.js';

type Grant = Parameters<SessionSink['send']>[2];

/** What a runner's stream is told, in order; who was elected is granted its first lease with it (L14). */
export class SessionNews implements SessionSink {
  /** `stream` opens it: with its first message, so that an unknown runner still gets a proper problem instead. */
  constructor(
    private readonly node: Node,
    private readonly about: ProcessId,
    private readonly stream: () => SseStream,
  ) {}

  send(event: string, data: object, grant: Grant = null): void {
    const all = grant ? this.granted(data as SessionEvents['elected'], grant) : data;
    const stream = this.stream();
    void stream.send([{ event, data: all, id: null }]);
    if (grant) stream.flush();
  }

  end(): void {
    this.stream().end();
  }

  /** With a certificate of it, since work may ask for one as soon as it begins; without one nothing is granted yet. */
  private granted(data: SessionEvents['elected'], grant: NonNullable<Grant>): object {
    const { sequence, leaseMs, heartbeatMs, leftMs } = grant;
    const { certificates, clock, defects } = this.node;
    const held = { term: data.term, leaseMs: Math.floor(leftMs), heartbeatMs };
    try {
      const certificate = certificates.atOnce(this.about, held, clock.wallMs());
      return { ...data, grant: { sequence, leaseMs, certificate } };
    } catch (error) {
      defects.record('presence', error);
      return data;
    }
  }
}
