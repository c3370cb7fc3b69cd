import {
  processKey,
  roleOf,
  type GroupState,
  type Groups,
  type Id,
  type ProcessId,
  type ProcessKey,
} from '@conclave/election';
import type { FirstGrantNews } from './leases/first-grants.js';
import { checkSecret, newsOf, stateOf, unknownRunner } from './answers/replies.js';

/** Where a session's events go; `end` closes the stream after what was sent. `grant`: what `elected` grants (L14). */
export interface SessionSink {
  send(event: string, data: object, grant?: FirstGrantNews | null): void;
  end(): void;
}
export type Session = ProcessId & {
  secretHash?: string | undefined;
  /** A credential says that it is this process. */
  isProved?: boolean;
};

/** So long every client of a server that stops waits at the most before it comes to another: not all at once. */
const SPREAD_MOST_MS = 10_000;

interface Open extends Session {
  sink: SessionSink;
  told: string;
  saidGoodbye: boolean;
  /** That it was opened stands in the log, and was read. */
  isRecorded: boolean;
  /** The process has come to another server since. */
  isLeft: boolean;
}
const NEW = { saidGoodbye: false, isRecorded: false, isLeft: false };
/** A socket that closed without goodbye; somebody else may still hear the runner. */
export interface Loss extends Session {
  readonly lostMs: number;
}

/**
 * Open runner streams of this server. They carry state, not history: each group change tells a session only
 * the role it now has. The open socket is evidence of life, its loss is evidence of death (L10).
 */
export class Sessions {
  private readonly open = new Map<Id, Map<ProcessKey, Set<Open>>>();
  private readonly losses = new Map<ProcessKey, Loss>();

  constructor(
    private readonly groups: Groups,
    private readonly grantOf: (group: Id, term: number) => FirstGrantNews | null,
    private readonly defect: (error: unknown) => void,
  ) {}

  get count(): number {
    let count = 0;
    for (const group of this.open.keys()) this.each(group, () => count++);
    return count;
  }

  /** Throws BeatRefused `runner-unknown` or `secret-wrong`. An old incarnation is told so and its stream ends. */
  add(about: Session, sink: SessionSink): Session {
    const state = stateOf(this.groups, about.group);
    checkSecret(about, state);
    const hasSecret = state.runners.get(about.runner)?.secretHash != null;
    const isProved = hasSecret || about.isProved === true;
    const session: Open = { ...about, isProved, sink, told: '', ...NEW };
    if (!this.tell(session, state)) return unknownRunner(about.runner, state);
    if (roleOf(state, about.runner, about.incarnation) === 'superseded') return session; // it has ended
    const ofGroup = this.open.get(about.group) ?? new Map<ProcessKey, Set<Open>>();
    const key = processKey(about);
    this.open.set(about.group, ofGroup.set(key, (ofGroup.get(key) ?? new Set()).add(session)));
    this.alive(about);
    return session;
  }

  /**
   * The socket is gone. Returns the loss to be judged later; null if it said goodbye, or if anybody could have opened it who
   * has read which process the runner is: to open and close a stream must not end a term.
   */
  remove(session: Session, nowMs: number): Loss | null {
    const open = session as Open;
    this.takeOut(open);
    const { group, runner, incarnation } = open;
    if (open.saidGoodbye || open.isLeft || !open.isProved || this.hasOpen(open)) return null;
    const loss = { group, runner, incarnation, lostMs: nowMs };
    this.losses.set(processKey(open), loss);
    return loss;
  }

  private takeOut(session: Open): void {
    const [ofGroup, key] = [this.open.get(session.group), processKey(session)];
    const own = ofGroup?.get(key);
    own?.delete(session);
    if (own?.size === 0) ofGroup!.delete(key);
    if (ofGroup?.size === 0) this.open.delete(session.group);
  }

  hasOpen(about: Session): boolean {
    return this.open.get(about.group)?.has(processKey(about)) ?? false;
  }

  /**
   * A beat or a new session of that incarnation, heard here or read from `P`: it lives, whatever socket
   * closed.
   */
  alive(about: Session, key?: ProcessKey): void {
    const ofGroup = this.open.get(about.group);
    if (this.losses.size === 0 && !ofGroup) return;
    key ??= processKey(about);
    this.losses.delete(key);
    for (const session of ofGroup?.get(key) ?? []) session.saidGoodbye = false;
  }

  /** One of this process was read from `P`, opened here or elsewhere: those here from before tell nothing of it any more. */
  opened(about: Session, isHere: boolean): void {
    for (const session of this.open.get(about.group)?.get(processKey(about)) ?? []) {
      if (isHere) session.isRecorded = true;
      else session.isLeft ||= session.isRecorded;
    }
    // Our own were counted when they opened; read back later, one must not hide that its socket broke meanwhile.
    if (!isHere) this.alive(about);
  }

  /** Somebody was heard who cannot be told: whatever socket closed, it may be its process. */
  doubt = (): void => this.losses.clear();

  /** A release, resignation or deregistration came first: the coming end of the socket is no news. */
  goodbye(about: Session): void {
    for (const session of this.open.get(about.group)?.get(processKey(about)) ?? [])
      session.saidGoodbye = true;
  }

  /** True if nothing was heard since this loss; it is forgotten with the answer. */
  isConfirmed(loss: Loss): boolean {
    if (this.losses.get(processKey(loss)) !== loss) return false;
    this.losses.delete(processKey(loss));
    return true;
  }

  /** Tells the sessions of a group, after an append, the role that they have now; first whoever has to act on it. */
  groupChanged(group: Id): void {
    const state = this.groups.get(group)!;
    const tell = (session: Open): void => {
      if (!this.tell(session, state)) session.sink.end();
    };
    if (state.leadership)
      this.eachOf(this.open.get(group)?.get(processKey({ ...state.leadership, group })), tell);
    this.each(group, tell);
  }

  /** Streams of a group of which nothing can be said any more; nobody is reported lost. */
  end(group: Id): void {
    this.each(group, (session) => {
      session.saidGoodbye = true;
      session.sink.end();
    });
  }

  /** The server stops: everybody is told to reconnect elsewhere, which takes that one so long for each; nobody is reported lost. */
  bye(connectMs: number): void {
    const spreadMs = Math.min(SPREAD_MOST_MS, Math.ceil(this.count * connectMs));
    for (const group of this.open.keys()) {
      this.each(group, (session) => {
        session.saidGoodbye = true;
        session.sink.send('bye', { spreadMs });
        session.sink.end();
      });
    }
  }

  /** Sends the role if it is news; false if the group does not know the runner. */
  private tell(session: Open, state: GroupState): boolean {
    const role = roleOf(state, session.runner, session.incarnation);
    if (role === null) return false;
    const [event, data] = newsOf(role, state);
    const text = event + JSON.stringify(data);
    if (text === session.told) return true;
    session.told = text;
    session.sink.send(event, data, role === 'leader' ? this.grantOf(state.id, state.term) : null);
    if (role === 'superseded') session.sink.end();
    return true;
  }

  private each(group: Id, act: (session: Open) => void): void {
    for (const ofProcess of this.open.get(group)?.values() ?? []) this.eachOf(ofProcess, act);
  }

  /** One broken stream keeps neither others from being told, nor the log from being read, nor a server from stopping. */
  private eachOf(ofProcess: Iterable<Open> = [], act: (session: Open) => void): void {
    for (const session of ofProcess) {
      try {
        act(session);
      } catch (error) {
        this.defect(error);
      }
    }
  }
}
