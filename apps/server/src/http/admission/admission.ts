import type { Socket } from 'node:net';
import type { Transform } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Node } from '@conclave/node';
import { Arrivals } from './places/arrivals.js';
import { Aside } from './places/aside.js';
import { Place } from './places/place.js';
import { Cap, Gate } from './places/caps.js';
import { bodiesIn, bodyBytes, countPieces, isInPieces, SMALL_BODY_BYTES, TOO_MUCH_SENT } from './bodies.js';
import { CLASSES, classOf, isDocument, isShort, type Class } from './classes.js';
import { heapLimit, Memory } from '../../environment/memory.js';
import type { Limits } from '../../environment/limits.js';
import { turnAway } from './turn-away.js';
import { Unread } from './unread.js';
import { Turns } from './turns.js';

const [READ_AFTER_MS, READ_IN_TURNS] = [20, 3];
/**
 * Files of the dashboard, and what describes the API, at a time; half of them for one address: a proxy may stand for hundreds of
 * people, each of whom needs five, and a browser does not ask again for a script that was refused.
 */
const MOST_DOCUMENTS = 1_024;
/** Answers may be large there. More than this waits to be taken only if many take nothing. */
const ANSWERED_AT_LENGTH: ReadonlySet<Class> = new Set<Class>(['read', 'stream', 'audit']);
const MOST_UNREAD = heapLimit() / 4;
/** Who has left less than that is not refused for what others leave, as long as there is not half as much again of it. */
const LITTLE_UNREAD = 2 ** 20;
/** From this part of the heap on, who is of that class is refused: the server says so before it dies of it. */
const HEAP_SHARE: Record<Class, number> = {
  'leader-beat': 1,
  beat: 0.95,
  command: 0.92,
  read: 0.88,
  stream: 0.8,
  audit: 0.75,
};

interface Taking {
  cap: Cap;
  /** There is too much of. */
  what: string;
  client?: string;
  amount?: number;
}

/** Who is let in when too many come, and in which order: what strangers ask must not cost a leader its lease. */
export class Admission {
  private readonly turns = new Turns();
  readonly arrivals = new Arrivals();
  private readonly audits: Gate;
  private readonly streams: Cap;
  private readonly polls: Cap;
  private readonly documents = new Cap(MOST_DOCUMENTS, MOST_DOCUMENTS / 2);
  private readonly bodies = bodiesIn(heapLimit());
  private readonly memory = new Memory();
  readonly unread = new Unread();
  private readonly places = new WeakMap<FastifyRequest, Place>();
  private readonly aside = new Aside();
  readonly refused = new Map<string, number>(CLASSES.map((of) => [of, 0]));

  constructor(
    private readonly node: Node,
    limits: Limits,
  ) {
    this.audits = new Gate(limits.audits, limits.auditsWaiting);
    this.streams = new Cap(limits.streams, limits.streamsPerClient);
    this.polls = new Cap(limits.longPolls, limits.longPollsPerClient);
    this.unread.onSlow = (socket) => this.aside.move(socket as Socket);
  }

  admit(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    // left while it was asked who he is: what he is given now would never be given back
    if (reply.raw.destroyed) return;
    const of = classOf(request, this.node);
    const excess = this.excessOf(request, reply, of);
    if (excess) return this.refuse(of, excess, reply);
    const { raw } = reply;
    const isGone = () => raw.destroyed || request.raw.destroyed; // of a request its end, turns before that of its answer
    const mayHaveDied = of === 'command' && this.node.presence.hasJustStoodStill();
    const begin = () => {
      if (of === 'audit' && !isDocument(request)) this.audit(reply, isGone, done);
      else if (mayHaveDied) void unlessGone(isGone, done);
      else done();
    };
    const enter = () => {
      if (!this.turns.enter(of, begin, isGone))
        this.refuse(of, 'too many requests wait for their turn', reply);
    };
    const mayWait = of === 'command' || of === 'stream'; // a lease hangs on beats, and reads are soon done
    this.arrivals.enter(request.raw.socket, mayWait, enter, isGone);
  }

  private refuse(of: Class, what: string, reply: FastifyReply): void {
    this.refused.set(of, this.refused.get(of)! + 1);
    turnAway(reply, what, this.node);
  }

  /** What there is too much of; null: it may come in. */
  private excessOf(request: FastifyRequest, { raw }: FastifyReply, of: Class): string | null {
    if (this.memory.share() > HEAP_SHARE[of]) return 'the server is short of memory';
    const isLong = ANSWERED_AT_LENGTH.has(of) && !isShort(request);
    if (isLong && this.isTooMuchUnread(request)) return 'clients do not take what they have asked for';
    const held: (() => void)[] = [];
    for (const { cap, what, client = request.ip, amount } of this.capsOf(request, of)) {
      const giveBack = cap.take(client, amount);
      if (!giveBack) {
        for (const back of held) back();
        return what;
      }
      held.push(giveBack);
    }
    if (held.length > 0) raw.once('close', () => held.forEach((back) => back()));
    return null;
  }

  /** Whoever leaves most is refused first, for what is his own. */
  private isTooMuchUnread(request: FastifyRequest): boolean {
    const client = clientOf(request);
    this.unread.note(request.raw.socket, client);
    const [all, own] = [this.unread.bytes, this.unread.of(client)];
    return own > MOST_UNREAD / 2 || all > 1.5 * MOST_UNREAD || (all > MOST_UNREAD && own > LITTLE_UNREAD);
  }

  private capsOf(request: FastifyRequest, of: Class): Taking[] {
    const caps: Taking[] = [];
    const amount = isInPieces(request) ? 0 : bodyBytes(request); // those are counted as they come
    if (amount > SMALL_BODY_BYTES)
      caps.push({ cap: this.bodies, what: TOO_MUCH_SENT, client: clientOf(request), amount });
    if (of === 'stream') caps.push({ cap: this.streams, what: 'too many streams are open' });
    else if (isLongPoll(request)) caps.push({ cap: this.polls, what: 'too many wait for news' });
    else if (isDocument(request)) caps.push({ cap: this.documents, what: 'too many ask for that' });
    return caps;
  }

  private audit(reply: FastifyReply, isGone: () => boolean, done: (error?: Error) => void): void {
    const { raw } = reply;
    const client = clientOf(reply.request);
    const begin = () => {
      const place = new Place(() => this.audits.leave(client));
      this.places.set(reply.request, place);
      this.aside.begun(reply.request.raw.socket, { place, client, answer: raw });
      raw.once('close', () => place.end());
      done();
    };
    if (!this.audits.enter(begin, isGone, client))
      this.refuse('audit', 'other audits run, and as many as may wait do so', reply);
  }

  /** A body that does not say how long it is; it is counted until the answer is over. */
  countPieces(request: FastifyRequest, { raw }: FastifyReply): Transform {
    const held: (() => void)[] = [];
    raw.once('close', () => held.forEach((back) => back()));
    return countPieces(this.bodies, clientOf(request), held);
  }

  /** The place in which this is answered; none is needed for most. */
  placeOf(request: FastifyRequest): Place | undefined {
    return this.places.get(request);
  }

  get counts() {
    return {
      waiting: this.turns.waitingCounts,
      audits: this.audits.counts,
      streams: this.streams.held,
      polls: this.polls.held,
      bodies: this.bodies.held,
    };
  }
}

/** What came in while this process stood still may be of somebody who died since: the end of its connection is read after it. */
async function unlessGone(isGone: () => boolean, act: () => void): Promise<void> {
  await sleep(READ_AFTER_MS);
  for (let turn = 0; turn < READ_IN_TURNS; turn++) await nextTurn(); // timers come before sockets: on a busy machine none was read
  if (!isGone()) act();
}

function isLongPoll({ routeOptions, query }: FastifyRequest): boolean {
  return routeOptions.url?.endsWith('/leader') === true && Number((query as { waitMs?: string }).waitMs) > 0;
}

/** Who shares what there is: a credential; without one, an address. */
function clientOf({ caller, ip }: FastifyRequest): string {
  return caller && caller.auth.kind !== 'none' ? `${caller.auth.kind}:${caller.name}` : ip;
}
