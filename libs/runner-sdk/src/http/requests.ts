import { decodeJwt } from 'jose/jwt/decode'; // at the start: after an upgrade its files are others
import type { HeartbeatReply, RegisterReply } from '@conclave/contract';
import { ApiError } from './answers.js';
import type { Asked } from './asked.js';
import type { HttpClient } from './http-client.js';

export type BeatReply = Omit<HeartbeatReply, 'version' | 'cause' | 'ended'>;

export interface Said {
  sequence: number;
  acked: number;
  term: number | null;
  released: number | null;
}
/** What a process says of itself as it registers. */
interface Introduction {
  ready?: unknown;
  previousExited?: unknown;
  previousSecret?: unknown;
}

export interface Patient {
  timeoutMs: number;
  answerMs?: number | undefined;
  stop?: AbortSignal;
  waitMs?: number;
}

const ROLES: ReadonlySet<string> = new Set(['leader', 'standby', 'revoked', 'superseded']);

/** An own credential is renewed after so much of its life; where that fails, it is tried again so much later. */
const [RENEWED_AT, AGAIN_MS] = [0.8, 60_000];

/** How long a new one counts, ms; Infinity: that cannot be told. */
function lifeMs(credential: string): number {
  try {
    const { exp, iat } = decodeJwt(credential);
    const ms = exp! * 1_000 - (iat === undefined ? Date.now() : iat * 1_000); // older servers say no iat
    return ms > 0 ? ms : Infinity;
  } catch {
    return Infinity;
  }
}

/** The beat of a leader comes after it. */
const hurried = (patient: Patient): Patient => ({ ...patient, waitMs: patient.timeoutMs });
const timeIn = (ms: number) => ({ monotonicMs: performance.now() + ms, wallMs: Date.now() + ms });

/** What one process of a runner says to a server, and what an answer to it must have. */
export class Requests {
  /** Servers that could make nothing of the registration. */
  private readonly atALoss = new Set<string>();
  /** When its own credential is asked for anew: by both clocks, as one may be set and the other stands still in a suspended machine. */
  private renewal = timeIn(Infinity);
  /** What it said of itself, which is said again: an operator may have removed it meanwhile. */
  private about: object = {};
  /** What it said last as a candidate was given up unanswered: it may have been heard all the same, and elected by it. */
  isUnheard = false;

  readonly path: string;

  constructor(
    private readonly client: HttpClient,
    private readonly who: { group: string; id: string; incarnation: string },
  ) {
    const { group, id } = who;
    this.path = `/v1/groups/${encodeURIComponent(group)}/runners/${encodeURIComponent(id)}`;
  }

  /** All of them: what this process says of itself is wrong, and it will not say anything else. */
  get isMisfit(): boolean {
    return this.client.urls.every((url) => this.atALoss.has(url));
  }

  /** `leads`: its credential has ended. */
  async register(said: Introduction, patient: Patient, leads: boolean): Promise<RegisterReply> {
    const { url } = this.client;
    const { ready: _ready, previousExited: _exited, previousSecret: _secret, ...about } = said; // once is enough
    this.about = about;
    const asked = this.introduce(
      said,
      ({ heartbeatMs }) => heartbeatMs > 0,
      leads ? hurried(patient) : patient,
    );
    const reply = await (said.ready === true ? this.heard(asked) : asked).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'invalid-request') this.atALoss.add(url);
      throw error;
    });
    this.keep(reply.credential);
    return reply;
  }

  private introduce(
    said: object,
    fits: (reply: RegisterReply) => boolean,
    patient: Patient,
  ): Promise<RegisterReply> {
    const body = { incarnation: this.who.incarnation, ...said };
    return this.client.send({ method: 'PUT', isJoining: true, path: this.path, body, ...patient, fits });
  }

  private keep(credential: string | undefined): void {
    this.client.credential = credential ?? null;
    this.renewal = timeIn(credential === undefined ? Infinity : RENEWED_AT * lifeMs(credential));
  }

  /**
   * While the old one counts: its stream ends with it, and a leader without one is taken for dead in a `fenced` group (L10, G5).
   * Rejects if it is not to be had; the old one goes on.
   */
  async renewIfDue(patient: Patient): Promise<void> {
    const { monotonicMs, wallMs } = this.renewal;
    if (performance.now() < monotonicMs && Date.now() < wallMs) return;
    this.renewal = timeIn(AGAIN_MS);
    const hasOne = ({ credential }: RegisterReply) => typeof credential === 'string';
    this.keep((await this.introduce(this.about, hasOne, hurried(patient))).credential);
  }

  /** `isJoint`: others of this process beat in this turn, too. `goAlone` is called if a server makes nothing of that. */
  async beat(
    { sequence, acked, term, released }: Said,
    patient: Patient & Pick<Asked<BeatReply>, 'late'>,
    { isJoint, goAlone }: { isJoint: boolean | 'standby'; goAlone: () => void },
  ): Promise<BeatReply> {
    const { who, path } = this;
    const { incarnation } = who;
    const body = {
      incarnation,
      sequence,
      acked,
      ...(term !== null && { term }),
      ...(released !== null && { released }),
    };
    const isUrgent = (term ?? released) !== null; // a lease hangs on it, or a successor waits
    const kind = isUrgent ? 'leader' : 'standby'; // who stands by does not wait until those are written down
    const beat = { group: who.group, runner: who.id, ...body };
    const asked = this.client.send<BeatReply>({
      method: 'POST',
      path: `${path}/heartbeat`,
      body,
      ...(isUrgent && { waitMs: 0 }),
      ...((isJoint === true || isJoint === kind) && { joint: { kind, beat, refused: goAlone } }),
      ...patient,
      fits: (reply) =>
        ROLES.has(reply.role) && reply.term >= 0 && reply.leaseMs >= 0 && reply.heartbeatMs > 0,
    });
    return this.heard(asked);
  }

  private async heard<T>(asked: Promise<T>): Promise<T> {
    try {
      const answer = await asked;
      this.isUnheard = false;
      return answer;
    } catch (error) {
      // not said at all, or nobody was there: what was said before may have been heard all the same
      this.isUnheard = error instanceof DOMException || (this.isUnheard && !(error instanceof ApiError));
      throw error;
    }
  }

  /** These say whether anything has changed by it. */
  async deregister(patient: Patient): Promise<boolean> {
    return this.change({
      method: 'DELETE',
      path: `${this.path}?incarnation=${this.who.incarnation}`,
      ...patient,
    });
  }

  async resign(term: number, patient: Patient): Promise<boolean> {
    return this.giveBack({ term }, patient);
  }

  /**
   * Whichever it holds. `sequence`: of the last beat that was not answered. A server from before takes what it does not know for a
   * mistake; the oldest want the term named: the lease runs out, or its stream will be missed.
   */
  async goAway(sequence: number | undefined, patient: Patient): Promise<boolean> {
    try {
      return await this.giveBack(sequence === undefined ? {} : { sequence }, patient);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'invalid-request')) throw error;
      return sequence !== undefined && this.goAway(undefined, patient);
    }
  }

  private async giveBack(what: { term?: number; sequence?: number }, patient: Patient): Promise<boolean> {
    const body = { incarnation: this.who.incarnation, ...what };
    return this.change({ method: 'POST', path: `${this.path}/resign`, body, ...patient });
  }

  private async change(asked: Omit<Asked<{ changed: boolean }>, 'fits'>): Promise<boolean> {
    const { changed } = await this.client.send<{ changed: boolean }>({
      ...asked,
      fits: (reply) => typeof reply.changed === 'boolean',
    });
    return changed;
  }
}
