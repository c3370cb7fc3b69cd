import { AnsweredBeats } from './answered-beats.js';
import { ApiError } from './http/answers.js';
import { HttpClient } from './http/http-client.js';
import type { Listener } from './listener.js';
import { LogEvidence } from './log-evidence.js';
import { introductionOf, type Settled } from './options.js';
import { Requests, type BeatReply } from './http/requests.js';
import { Farewell, leftMs } from './farewell.js';
import { backoffMs, Patience, pause, restMs } from './pace/pacing.js';
import { Pulse } from './pace/pulse.js';
import { SessionStreams, type SessionNews } from './streams/session-streams.js';
import { elapsedMs, now, type Instant } from './clocks/stopwatch.js';

const FIRST_HEARTBEAT_MS = 1_000;
/** An answer that is under way when a runner stops may bring a term that has to be given back. */
const LAST_ANSWER_MS = 500;

/** Registers, beats at the pace that the server dictates, listens to the session stream; retries for ever. */
export class Connection {
  private readonly client: HttpClient;
  private readonly evidence: LogEvidence;
  private readonly requests: Requests;
  private readonly streams: SessionStreams;
  private readonly pulse: Pulse;
  readonly farewell: Farewell;
  /** No beat follows the one that is under way. */
  private readonly stopper = new AbortController();
  /** Gives that one up, too. */
  private readonly breaker = new AbortController();
  private heartbeatMs = FIRST_HEARTBEAT_MS;
  private readonly patience = new Patience();
  private sequence = 0;
  private failures = 0;
  private readonly answered = new AnsweredBeats();
  /** The servers know this process. */
  isRegistered = false;
  private isHurrying = false;
  private end: Error | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: Settled,
    private readonly listener: Listener,
  ) {
    this.client = new HttpClient(options);
    this.evidence = new LogEvidence(this.client, options.group, (error) => listener.problem(error));
    this.requests = new Requests(this.client, options);
    this.pulse = new Pulse(() => this.client.place, this.stopper.signal);
    const [{ heard, leads }, { path }] = [this, this.requests];
    this.streams = new SessionStreams(this.client, path, options.incarnation, heard, leads, this.beatNow);
    this.farewell = new Farewell(this.requests, this.patienceMs, () => this.answered.unanswered);
  }

  run = () => void (this.running = this.loop());

  isAnswered = (): boolean => this.isRegistered && this.failures === 0 && !this.stopper.signal.aborted;

  private async loop(): Promise<void> {
    while (!this.stopper.signal.aborted) {
      try {
        if (this.evidence.isDue) await this.evidence.show(this.patienceMs(), this.breaker.signal);
        if (this.end) return this.listener.refused(this.end);
        await (this.isRegistered ? this.renew() : this.register());
        if (this.stopper.signal.aborted) return;
        const sent = now();
        const hastens = await this.beat();
        const tookMs = this.leads() ? elapsedMs(sent) : 0;
        this.failures = 0;
        await (hastens ? this.pulse.hurry() : this.pulse.rest(restMs(this.heartbeatMs, tookMs)));
      } catch (error) {
        const isAnswer = error instanceof ApiError;
        const isJoining = !this.isRegistered && this.client.areAllMissing();
        if (!isAnswer) this.patience.unanswered(error, isJoining);
        if (!isAnswer && this.leads()) this.pulse.goAlone();
        if (this.isFinal(error)) return;
        const waitMs = backoffMs(this.failures++, 50, Math.min(2_000, this.heartbeatMs / 2));
        if (!this.stopper.signal.aborted) this.listener.problem(error as Error);
        await this.pulse.again(waitMs);
      }
    }
  }

  beatNow = (): void => this.pulse.hasten();
  private leads = (): boolean => this.listener.beat()?.term != null;

  /** A server knows less than this runner: perhaps its log was restored from a backup. */
  contradict = (): void => this.evidence.demand();

  private async register(): Promise<void> {
    const [about, sent, leads] = [introductionOf(this.options), now(), this.leads()];
    const answerMs = leads
      ? undefined
      : this.patience.joiningMs(this.heartbeatMs, this.client.areAllSilent());
    const reply = await this.requests.register(about, { ...this.patient(), answerMs }, leads);
    this.heartbeatMs = reply.heartbeatMs;
    if (reply.leader === this.options.id) this.listener.elected(reply.term, null); // by it: the first beat can name the term
    this.patience.answered(elapsedMs(sent));
    this.isRegistered = true;
    this.answered.forget(this.sequence);
    if (this.sequence === 0) this.streams.follow();
  }

  /** Before its beat is made: what that says must not be old. In vain, beats go on, and people are told while there is time. */
  private async renew(): Promise<void> {
    await this.requests.renewIfDue(this.patient()).catch((error: Error) => {
      if (!this.stopper.signal.aborted) this.listener.problem(error);
    });
    this.streams.renew();
  }

  /** True: the next one follows at once. */
  private async beat(): Promise<boolean> {
    const said = this.listener.beat();
    if (!said) return false;
    const [sequence, acked, sent] = [this.answered.await(++this.sequence), this.answered.highest, now()];
    const [{ term }, { url }] = [said, this.client];
    const late = (reply: BeatReply) => {
      this.failures = 0; // it is slow, not away
      if (this.answered.hasForgotten(sequence)) return;
      this.answered.add(sequence, sent); // else it is taken for one whom nobody answers (L1)
      this.listener.repliedLate(reply, sent);
    };
    const patient = { ...this.patient(), late };
    const reply = await this.requests.beat({ sequence, acked, ...said }, patient, this.pulse);
    this.answered.add(sequence, sent);
    this.pulse.answered();
    const asksAnother = reply.role === 'standby' && this.leaveDeaf(url);
    this.patience.answered(elapsedMs(sent));
    this.evidence.keep(reply.certificate);
    this.heartbeatMs = reply.heartbeatMs;
    this.listener.replied(reply, sent, term);
    const next = this.listener.beat();
    // Elected, but the beat did not name the term yet: only a beat that does is granted a lease.
    if (next && next.term !== null && next.term !== term) return true;
    // Named its term and got nothing: too many beats before went unanswered; the next one will count.
    this.isHurrying = !this.isHurrying && term !== null && next?.term === term && reply.leaseMs === 0;
    return this.isHurrying || asksAnother;
  }

  /** Who hears nothing cannot tell it that it was elected; true: another is asked at once (G5). The stream follows. */
  private leaveDeaf(url: string): boolean {
    if (!this.client.hears(url)) return this.client.leaveDeaf();
    this.streams.heed();
    return false;
  }

  /** A beat that is not answered within this time is given up; a network that is slower is waited for. */
  private patienceMs = () => this.patience.ms(this.heartbeatMs);
  private patient = () => ({ timeoutMs: this.patienceMs(), stop: this.breaker.signal });

  /** Session news are a reason to beat, or to stop at once; that of an election may grant the time until that beat is answered (L14). */
  private heard = (news: SessionNews): void => {
    const { event, term, spreadMs } = news;
    if (event === 'bye' && spreadMs !== undefined) return; // many hear it; the next beat finds another server
    if (event === 'superseded') return this.listener.superseded();
    this.evidence.keep(news.grant?.certificate);
    const grant = this.answered.grantIn(news, this.patienceMs() * 1.1);
    if (event === 'elected') this.listener.elected(term!, grant);
    if (event === 'revoked') this.listener.revoked(term!);
    setImmediate(() => this.beatNow()); // what has begun goes first
  };

  private isFinal(error: unknown): boolean {
    if (!(error instanceof ApiError)) return this.stopper.signal.aborted;
    if (error.code === 'incarnation-superseded') {
      this.listener.superseded();
      return true;
    }
    const hasEnded = error.code === 'unauthenticated' && this.options.joinToken !== undefined;
    if (hasEnded) this.isRegistered = false; // its own credential: the join token gets another
    if (error.code === 'log-replaced') this.contradict(); // while it waits to be accepted: no term may be forgotten
    if (error.code === 'group-deleted' || (this.sequence === 0 && this.requests.isMisfit)) this.end = error;
    if (error.status === 404 || this.end) {
      this.isRegistered &&= error.code === 'term-unknown';
      if (!this.isRegistered) this.answered.forget(this.sequence); // or late news of a term that was given back would begin it again
      this.listener.denied(this.isRegistered);
      this.contradict();
    }
    return false;
  }

  /** No beat follows. False: what is under way was not answered yet, and goes on. `since`: as of the last words. */
  async lastAnswer(since: Instant): Promise<boolean> {
    this.stopper.abort();
    const isOver = new AbortController();
    void this.running.finally(() => isOver.abort());
    await pause(Math.min(LAST_ANSWER_MS, leftMs(since)), isOver.signal);
    return isOver.signal.aborted;
  }

  async endBeats(): Promise<void> {
    this.stopper.abort();
    this.breaker.abort();
    await this.running;
  }

  /** After the last word: to take a stream down takes longer than to say it. */
  endStream = (): void => this.streams.end();
}
