import type { HttpClient } from './http-client.js';
import { followSession, type OpenStream, type SessionNews } from './session-stream.js';

export type { SessionNews };

/** The stream of a process, and the one that takes its place. */
export class SessionStreams {
  private readonly gone = new AbortController();
  private following: AbortController | null = null;
  private stream: OpenStream | null = null;

  constructor(
    private readonly client: HttpClient,
    private readonly path: string,
    private readonly incarnation: string,
    private readonly heard: (news: SessionNews) => void,
  ) {}

  /** The one before it is left when this one is heard: if that ended first it would be taken for a death (L10). */
  follow(): void {
    const [before, left] = [this.following, (this.following = new AbortController())];
    void followSession(
      this.client,
      `${this.path}/session?incarnation=${this.incarnation}`,
      AbortSignal.any([this.gone.signal, left.signal]),
      (news) => {
        before?.abort();
        this.heard(news);
      },
      (stream) => (this.stream = stream),
    );
  }

  /** Goes to where the client asks now if its server hears nothing (G5). */
  leaveDeaf(): void {
    if (this.stream && !this.client.hears(this.stream.url)) this.stream.leave();
  }

  end(): void {
    this.gone.abort();
  }
}
