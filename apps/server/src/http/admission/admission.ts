import type { ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Node } from '@conclave/node';
import type { Audience } from '@conclave/access';
import { ruleOf } from '../edge/rules.js';
import { Place } from './place.js';
import { Cap, Gate } from './caps.js';
import { CLASSES, classOf, type Class } from './classes.js';
import type { Limits } from '../../environment/limits.js';
import { turnAway } from './turn-away.js';
import { Turns } from './turns.js';

/**
 * A client that takes nothing of an answer for so long is cut off: it holds a place that others wait for. What it takes is
 * seen when a third of the kernel's megabytes for it is free again: of 60 kB/s after 22 s.
 */
const UNREAD_MS = 30_000;
const LOOK_MS = 5_000;
const HEAP_LOOK_MS = 100;
const READ_AFTER_MS = 20;
/** From this part of the heap on, who is of that class is refused: the server says so before it dies of it. */
const HEAP_SHARE: Record<Class, number> = {
  'leader-beat': 1,
  beat: 0.95,
  command: 0.92,
  read: 0.88,
  stream: 0.8,
  audit: 0.75,
};

/** Who is let in when too many come, and in which order: what strangers ask must not cost a leader its lease. */
export class Admission {
  private readonly turns = new Turns();
  private readonly audits: Gate;
  private readonly streams: Cap;
  private readonly polls: Cap;
  private readonly places = new WeakMap<FastifyRequest, Place>();
  private heapShare = 0;
  private heapSeenMs = -Infinity;
  readonly refused = new Map<string, number>(CLASSES.map((of) => [of, 0]));

  constructor(
    private readonly node: Node,
    limits: Limits,
  ) {
    this.audits = new Gate(limits.audits, limits.auditsWaiting);
    this.streams = new Cap(limits.streams, limits.streamsPerClient);
    this.polls = new Cap(limits.longPolls, limits.longPollsPerClient);
  }

  admit(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    // left while it was asked who he is: what he is given now would never be given back
    if (reply.raw.destroyed) return;
    const of = classOf(request, this.node);
    const excess = this.excessOf(request, reply, of);
    if (excess) return this.refuse(of, excess, reply);
    const { raw } = reply;
    const isGone = () => raw.destroyed;
    const begin = () => {
      if (of === 'audit') this.audit(reply, isGone, done);
      else if (of === 'command' && this.node.presence.hasJustStoodStill()) unlessGone(isGone, done);
      else done();
    };
    if (!this.turns.enter(of, begin, isGone)) this.refuse(of, 'too many requests wait for their turn', reply);
  }

  private refuse(of: Class, what: string, reply: FastifyReply): void {
    this.refused.set(of, this.refused.get(of)! + 1);
    turnAway(reply, what, this.node);
  }

  /** What there is too much of; null: it may come in. */
  private excessOf(request: FastifyRequest, { raw }: FastifyReply, of: Class): string | null {
    if (this.heapNow() > HEAP_SHARE[of]) return 'the server is short of memory';
    const cap = of === 'stream' ? this.streams : isLongPoll(request) ? this.polls : null;
    if (!cap) return null;
    const giveBack = cap.take(request.ip);
    if (!giveBack) return of === 'stream' ? 'too many streams are open' : 'too many wait for news';
    whenOver(request, raw, giveBack);
    return null;
  }

  private heapNow(): number {
    const nowMs = performance.now();
    if (nowMs - this.heapSeenMs < HEAP_LOOK_MS) return this.heapShare;
    this.heapSeenMs = nowMs;
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
    return (this.heapShare = used / most);
  }

  private audit(reply: FastifyReply, isGone: () => boolean, done: (error?: Error) => void): void {
    const { raw } = reply;
    const begin = () => {
      const place = new Place(() => this.audits.leave());
      this.places.set(reply.request, place);
      whenOver(reply.request, raw, () => place.end());
      cutOffUnread(raw);
      done();
    };
    if (!this.audits.enter(begin, isGone))
      this.refuse('audit', 'other audits run, and as many as may wait do so', reply);
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
    };
  }
}

/** Once, when the answer is over, or the connection: an answer that waits behind another one never hears that it is closed. */
function whenOver({ raw: { socket } }: FastifyRequest, raw: ServerResponse, act: () => void): void {
  let isOver = false; // both may be told of one end, even by listeners that were taken off meanwhile
  const over = () => {
    if (isOver) return;
    isOver = true;
    raw.off('close', over);
    socket.off('close', over);
    act();
  };
  raw.once('close', over);
  socket.once('close', over);
}

/** What came in while this process stood still may be of somebody who died since: the end of its connection is read after it. */
function unlessGone(isGone: () => boolean, act: () => void): void {
  setTimeout(() => isGone() || act(), READ_AFTER_MS);
}

function isLongPoll({ routeOptions, query }: FastifyRequest): boolean {
  return routeOptions.url?.endsWith('/leader') === true && Number((query as { waitMs?: string }).waitMs) > 0;
}

/** An answer of which nobody takes anything. */
function cutOffUnread(raw: ServerResponse): void {
  let [taken, idleMs] = [0, 0];
  const timer = setInterval(() => {
    const { socket, writableNeedDrain } = raw;
    const now = socket?.bytesWritten ?? 0;
    idleMs = writableNeedDrain && now === taken ? idleMs + LOOK_MS : 0;
    if (idleMs >= UNREAD_MS) raw.destroy();
    taken = now;
  }, LOOK_MS);
  timer.unref();
  raw.once('close', () => clearInterval(timer));
}

/** Among their routes are those with long work. */
const LONG: ReadonlySet<Audience | undefined> = new Set<Audience>(['auditors', 'admins']);

/** After it is known who asks; before a body is read. */
export function guardAdmission(fastify: FastifyInstance, admission: Admission): void {
  fastify.addHook('onRoute', (route) => {
    if (!LONG.has(ruleOf(route.config)?.audience)) return;
    const { handler } = route;
    route.handler = function (request, reply) {
      const answer = () => handler.call(this, request, reply);
      return admission.placeOf(request)?.workIn(answer) ?? answer();
    };
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url === undefined) done();
    else admission.admit(request, reply, done);
  });
}
