import { pause } from '../pace/pacing.js';
import type { HttpClient } from '../http/http-client.js';
import { followSession, type OpenStream, type SessionNews } from './session-stream.js';

export type { SessionNews };

/** A server that takes the end of a stream for a death must have read before that another one was opened elsewhere (L10). */
const OVERLAP_MS = 2_000;

/** Three to six. */
const beatsToMove = (): number => 3 + Math.floor(4 * Math.random());

/** The stream of a process, and the one that takes its place. */
export class SessionStreams {
  private readonly gone = new AbortController();
  /** What ends each, the newest last. */
  private readonly followed: AbortController[] = [];
  /** Those that have been kept long enough. */
  private readonly over: AbortController[] = [];
  private stream: OpenStream | null = null;
  /** What the newest was opened with. */
  private shown: string | null = null;
  private beatsToMove = beatsToMove();

  constructor(
    private readonly client: HttpClient,
    private readonly path: string,
    private readonly incarnation: string,
    private readonly heard: (news: SessionNews) => void,
    private readonly isUrgent: () => boolean,
    private readonly left: () => void,
  ) {}

  /** Those before it are left a while after this one is heard. */
  follow(): void {
    const left = new AbortController();
    this.followed.push(left);
    const path = `${this.path}/session?incarnation=${this.incarnation}`;
    void followSession(this.client, path, AbortSignal.any([this.gone.signal, left.signal]), {
      onNews: (news) => {
        void this.leave(this.followed.splice(0, this.followed.indexOf(left)));
        this.heard(news);
      },
      onOpen: (stream) => {
        this.stream = stream;
        this.shown = this.client.shown;
      },
      onQuiet: () => this.replace(),
      goesOn: () => this.followed.includes(left),
      isUrgent: this.isUrgent,
    });
  }

  private async leave(those: readonly AbortController[]): Promise<void> {
    if (those.length === 0) return;
    await pause(OVERLAP_MS, this.gone.signal);
    this.over.push(...those);
    if (!this.isUrgent()) return;
    this.endOver();
    this.left();
  }

  /** As a beat is sent: a server that was slow may have recorded these after the newer one, and take their end for a death (L10). */
  private endOver(): void {
    for (const before of this.over.splice(0)) before.abort();
  }

  /** By one where the client asks now. */
  private replace(): void {
    if (this.followed.length === 1) this.follow();
    else this.stream!.leave(); // the one that was to take its place has not been heard either
  }

  /** Before each beat. A stream ends with what it was opened with, which may have been renewed since: a token, a certificate, an own credential. */
  renew(): void {
    this.endOver();
    const { shown } = this.client;
    if (shown !== null && shown !== this.shown) this.follow();
  }

  /**
   * A beat of a standby was answered. A stream whose server hears nothing, or left a request without an answer, is left for one where the
   * client asks now (G5), after a few of these, and not by all at the same one: they bring the same news, and where servers, or their
   * store, were away for a moment, the streams of all would move at once as they come back. Who leads stays: a server that is slow
   * only would take the end for a death before it has read of another one (L10).
   */
  heed(): void {
    const { client, stream } = this;
    const isDeaf = stream !== null && !client.hears(stream.url);
    const isLeft = stream !== null && client.hasLeft(stream.url);
    if (isDeaf || isLeft) this.beatsToMove--;
    else this.beatsToMove = beatsToMove();
    if (this.beatsToMove > 0) return;
    this.beatsToMove = beatsToMove();
    if (isDeaf) stream.leave();
    else this.replace();
  }

  end(): void {
    this.gone.abort();
  }
}
