// A store that keeps the port's contract, on wires that can be cut, lag, stall, and lose answers.
import {
  StoreFull,
  StoreUnavailable,
  SubscriptionDropped,
  VersionConflict,
} from '../../dist/libs/event-store/src/index.js';

function freeze(value) {
  if (typeof value !== 'object' || value === null) return value;
  for (const one of Object.values(value)) freeze(one);
  return Object.freeze(value);
}

/** The log itself: what is in it is durable. */
export class SimulatedLog {
  events = [];
  streams = new Map();
  followers = new Set();
  /** What was forgotten, for whoever looks into a failure. */
  gone = [];
  isDown = false;
  /** Nothing can be written, everything read. */
  isFull = false;
  /** Of one server alone. */
  isExclusive = false;
  /** How often a backup was put in its place. */
  generation = 0;
  constructor(world) {
    this.world = world;
  }

  /** Who follows is no more, of one store or of all: a signal that somebody listens to would be kept for good. */
  lose(store) {
    for (const follower of this.followers) {
      if (store && follower.store !== store) continue;
      follower.leave();
      this.followers.delete(follower);
    }
  }

  append(stream, expectedVersion, events) {
    const recorded = this.streams.get(stream) ?? [];
    const same = events.every(({ id }, n) => recorded[expectedVersion + n]?.id === id);
    if (expectedVersion < recorded.length && same)
      return this.appended(recorded[expectedVersion + events.length - 1]);
    if (this.isFull) throw new StoreFull('the disk of the store is full');
    if (expectedVersion !== recorded.length)
      throw new VersionConflict(stream, expectedVersion, recorded.length);
    this.streams.set(stream, recorded);
    for (const event of events) {
      const text = JSON.parse(JSON.stringify(event)); // as it comes back from a disk
      // shared by all who read it: whoever changed it would be told
      const stored = freeze({
        ...text,
        stream,
        version: recorded.length + 1,
        position: String(this.events.length + 1),
        writtenMs: Math.floor(this.world.god.wallMs()),
      });
      recorded.push(stored);
      this.events.push(stored);
    }
    for (const follower of this.followers) follower.moved();
    return this.appended(recorded.at(-1));
  }
  /** The oldest events of a stream go, as many as stand before its last `kept`. */
  forget(stream, kept) {
    const recorded = this.streams.get(stream) ?? [];
    for (let at = 0; at < recorded.length - Math.max(1, kept); at++) {
      if (recorded[at] === null) continue;
      this.gone.push({ ...recorded[at], goneMs: this.world.nowMs });
      this.events[Number(recorded[at].position) - 1] = null;
      recorded[at] = null;
    }
  }
  copy() {
    return { events: [...this.events], streams: new Map([...this.streams].map(([id, of]) => [id, [...of]])) };
  }
  /** What came after the copy is lost; what is written from now on stands at the same places. Meanwhile nobody may reach it. */
  restore({ events, streams }) {
    Object.assign(this, { events, streams });
    this.generation++;
    for (const follower of this.followers) follower.break();
  }
  appended = ({ version, position }) => ({ version, position });
  versionOf = (stream) => this.streams.get(stream)?.length ?? 0;
}

const ATTEMPTS = 4;
const CALL_MS = 2_500;

/** The wire between one machine and the log; it outlives the processes there. */
export class Wire {
  isCut = false;
  /** Requests and answers take this much longer. */
  lagMs = 0;
  /** What is read live comes this much later. */
  followLagMs = 0;
  losesAnswers = false;
}

/** The way of one server to the log. */
export class SimulatedStore {
  name = 'simulated';
  keepsTime = true;
  staleMs = 0;
  /** Subscriptions that were begun before say nothing any more. */
  stalledBefore = 0;
  begun = 0;
  publishing = null;
  waiting = [];
  /** The last event that its server was told: what is written rests on it. */
  told = null;

  constructor(world, log, process, wire) {
    Object.assign(this, { world, log, process, wire, generation: log.generation, followed: -1 });
  }
  get isExclusive() {
    return this.log.isExclusive;
  }
  nameOf = (stream) => stream;

  travel() {
    return 0.2 + this.world.random() * 1.5 + this.wire.lagMs;
  }
  sleep(ms) {
    return new Promise((done) => this.world.at(ms, this.process, done));
  }
  get isAway() {
    return this.wire.isCut || this.log.isDown;
  }

  /** As the adapter does: repeated while its outcome is unknown, then given up. */
  async call(work) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || attempt === ATTEMPTS) throw error;
        await this.sleep(50 * 2 ** (attempt - 1));
      }
    }
  }
  async once(work) {
    const { generation } = this.log;
    await this.sleep(this.travel());
    if (generation !== this.log.generation) throw new StoreUnavailable('the connection broke');
    if (this.isAway) {
      await this.sleep(this.wire.isCut ? CALL_MS : 5);
      throw new StoreUnavailable('the store is away');
    }
    const answer = work();
    const isLost = this.wire.losesAnswers && this.world.random() < 0.5;
    await this.sleep(isLost ? CALL_MS : this.travel());
    if (isLost || this.isAway) throw new StoreUnavailable('the answer was lost');
    return answer;
  }

  async *read(stream, from = 1) {
    const events = await this.call(() => (this.log.streams.get(stream) ?? []).slice(from - 1));
    yield* events.filter(Boolean);
  }
  /** As the adapter does before it writes on a new connection. */
  checkSame() {
    if (this.generation === this.log.generation) return;
    const { told } = this;
    const found = told && this.log.streams.get(told.stream)?.[told.version - 1];
    if (told && found !== null && (found?.id !== told.id || found.position !== told.position))
      throw new StoreUnavailable('the log is not the one that was read: nothing is written to it');
    this.generation = this.log.generation;
  }
  async append(stream, expectedVersion, events) {
    return this.write(() => this.log.append(stream, expectedVersion, events));
  }
  async write(work) {
    return this.call(() => {
      this.checkSame();
      return work();
    });
  }
  async publish(stream, event) {
    return new Promise((done, failed) => {
      this.waiting.push({ stream, event, done, failed });
      this.publishing ??= this.drain();
    });
  }
  async drain() {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, 100);
      let places = null;
      try {
        await this.write(() => {
          places ??= batch.map(({ stream, event }) => ({ stream, event, at: null }));
          for (const place of places) {
            place.at ??= this.log.versionOf(place.stream);
            this.log.append(place.stream, place.at, [place.event]);
          }
        });
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.publishing = null;
  }

  /** The server's own subscription has a checkpoint, or null; without one it is a watch that is told what it missed. */
  async *subscribe(from, signal, checkpoint) {
    await this.sleep(this.travel());
    if (this.isAway) throw new StoreUnavailable('the store is away');
    const isServers = checkpoint !== undefined;
    if (isServers) this.followed = this.log.generation;
    const following = new Following(this, Number(from), isServers ? ++this.begun : this.begun);
    this.log.followers.add(following);
    const abort = () => following.wake();
    signal.addEventListener('abort', abort);
    following.leave = () => signal.removeEventListener('abort', abort);
    try {
      while (!signal.aborted) {
        const item = following.next();
        if (isServers && item?.id) this.told = item;
        if (item) yield item;
        else await following.news();
      }
    } finally {
      following.leave();
      this.log.followers.delete(following);
    }
  }
  breakSubscriptions() {
    for (const follower of this.log.followers) if (follower.store === this) follower.break();
  }
  async expire() {}
  async truncate(stream, before) {
    await this.write(() => this.log.forget(stream, this.log.versionOf(stream) - before + 1));
  }
  async begin() {}
  async close() {}
}

class Following {
  isBroken = false;
  isLive = false;
  dueMs = 0;
  heard = () => undefined;
  constructor(store, at, number) {
    Object.assign(this, { store, at, number, seen: store.log.events.length });
  }
  get isStalled() {
    return this.number <= this.store.stalledBefore;
  }
  next() {
    const { store } = this;
    if (this.isBroken) throw new SubscriptionDropped('connection-lost', 'the connection broke');
    if (this.isStalled) return null;
    while (this.at < this.seen) {
      const event = store.log.events[this.at++];
      if (event) return event;
    }
    if (this.isLive) return null;
    this.isLive = true;
    return { type: 'caught-up', position: String(this.at) };
  }
  /** The log has grown: this follower hears of it a little later. */
  moved() {
    const { store } = this;
    const { world } = store;
    const upTo = store.log.events.length;
    this.dueMs = Math.max(this.dueMs, world.nowMs + store.travel() + store.wire.followLagMs);
    world.at(this.dueMs - world.nowMs, store.process, () => {
      if (store.wire.isCut || this.isBroken) return;
      this.seen = Math.max(this.seen, upTo);
      this.wake();
    });
  }
  break() {
    this.store.world.at(1, this.store.process, () => {
      this.isBroken = true;
      this.wake();
    });
  }
  wake() {
    this.heard();
  }
  news() {
    return new Promise((done) => (this.heard = done));
  }
}
