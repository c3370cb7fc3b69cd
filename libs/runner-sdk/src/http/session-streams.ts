import type { HttpClient } from './http-client.js';
import { followSession, type OpenStream, type SessionNews } from './session-stream.js';

export type { SessionNews };

/** The stream of a process, and the one that takes its place. */
export class SessionStreams {
  private readonly gone = new AbortController();
  /** What ends each, the newest last. */
  private readonly followed: AbortController[] = [];
  private stream: OpenStream | null = null;
  /** What the newest was opened with. */
  private shown: string | null = null;

  constructor(
    private readonly client: HttpClient,
    private readonly path: string,
    private readonly incarnation: string,
    private readonly heard: (news: SessionNews) => void,
    private readonly isUrgent: () => boolean,
  ) {}

  /** Those before it are left when this one is heard: if they ended first it would be taken for a death (L10). */
  follow(): void {
    const left = new AbortController();
    this.followed.push(left);
    const path = `${this.path}/session?incarnation=${this.incarnation}`;
    void followSession(this.client, path, AbortSignal.any([this.gone.signal, left.signal]), {
      onNews: (news) => {
        for (const before of this.followed.splice(0, this.followed.indexOf(left))) before.abort();
        this.heard(news);
      },
      onOpen: (stream) => {
        this.stream = stream;
        this.shown = this.client.shown;
      },
      isUrgent: this.isUrgent,
    });
  }

  /** A stream ends with what it was opened with, which may have been renewed since: a token, a certificate, an own credential. */
  renew(): void {
    const { shown } = this.client;
    if (shown !== null && shown !== this.shown) this.follow();
  }

  /** Goes to where the client asks now if its server hears nothing (G5). */
  leaveDeaf(): void {
    if (this.stream && !this.client.hears(this.stream.url)) this.stream.leave();
  }

  end(): void {
    this.gone.abort();
  }
}
