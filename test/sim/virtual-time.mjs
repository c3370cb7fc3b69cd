// One thread plays many processes in virtual time. Everything that a program can see of time and chance is replaced before
// any of it is loaded: timers, clocks, random numbers, ids. A seed then decides everything.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { seeded } from './seeded.mjs';

const require = createRequire(import.meta.url);
const running = new AsyncLocalStorage();
const real = { setImmediate: globalThis.setImmediate };
const EPOCH_MS = Date.parse('2026-11-24T12:00:00.000Z');

/** What one process sees of time. `rate`: of its clocks; it can stand still, be killed, and have its wall clock set. */
export class Process {
  isAlive = true;
  isPaused = false;
  wallOffsetMs = 0;
  /** Time in which the monotonic clock stood still. */
  sleptMs = 0;
  backlog = [];
  constructor(name, world, rate = 1) {
    Object.assign(this, { name, world, rate, bornMs: world.nowMs, number: world.processes++ });
  }
  monotonicMs() {
    return 1_000 + (this.world.nowMs - this.bornMs) * this.rate - this.sleptMs;
  }
  wallMs() {
    const { nowMs } = this.world;
    return Math.floor(EPOCH_MS + nowMs + (nowMs - this.bornMs) * (this.rate - 1) + this.wallOffsetMs);
  }
  /** Runs something as this process. Entered once: to make a frame for each of millions of events costs. */
  run = running.run(this, () => AsyncLocalStorage.snapshot());
  /** Who wants to know when its clocks go apart. */
  clockListeners = new Set();
  setWall(offsetMs) {
    this.wallOffsetMs = offsetMs;
    this.stepped();
  }
  /** They did: a program that looks every 100 ms notices. */
  stepped() {
    this.world.at(100 * this.world.random(), this, () => {
      for (const look of [...this.clockListeners]) look();
    });
  }
  kill() {
    this.isAlive = false;
    this.backlog = [];
  }
  pauses = 0;
  pause() {
    this.pauses++;
    this.isPaused = true;
  }
  resume() {
    this.isPaused = false;
    // as libuv does: what stood in sockets comes before timers
    const [sockets, timers] = [[], []];
    for (const work of this.backlog.splice(0)) (work.isTimer ? timers : sockets).push(work);
    for (const work of sockets) this.world.at(0, this, work);
    for (const work of timers) this.world.at(0.5, this, work);
  }
}

/** The order of everything: one event after the other, by time, then by when it was planned. */
export class VirtualWorld {
  nowMs = 0;
  events = 0;
  /** A digest of all that happened, in order. */
  trace = 2166136261;
  heap = [];
  planned = 0;
  processes = 0;
  failure = null;
  constructor(seed) {
    this.random = seeded(seed);
    this.seed = seed;
    this.god = new Process('world', this);
  }

  /** Plans `work` in a process, `ms` from now. Returns a handle whose `work` may be taken away. */
  at(ms, process, work) {
    const event = { atMs: this.nowMs + Math.max(0, ms), order: this.planned++, process, work };
    push(this.heap, event);
    return event;
  }

  /** Plays until then; now and then the machine itself must have its turn. */
  async runUntil(untilMs) {
    do await new Promise((done) => real.setImmediate(done));
    while (signing > 0 || !(await new Promise((done) => real.setImmediate(() => done(this.play(untilMs))))));
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** True when it has come so far. Not inside of a promise: those of each event have their turn before the next one. */
  play(untilMs) {
    while (this.heap.length > 0 && this.heap[0].atMs <= untilMs && !this.failure) {
      const event = pop(this.heap);
      const { process, work } = event;
      if (!work || !process.isAlive) continue;
      if (process.isPaused) {
        process.backlog.push(work);
        continue;
      }
      this.nowMs = Math.max(this.nowMs, event.atMs);
      this.events++;
      this.mix(Math.round(event.atMs * 1_000));
      this.mix(process.number);
      process.run(() => {
        try {
          work();
        } catch (error) {
          this.failure ??= error;
        }
      });
      settle();
      if (signing > 0) return false;
    }
    return true;
  }

  note(text) {
    for (let n = 0; n < text.length; n++) this.mix(text.charCodeAt(n));
  }
  mix(number) {
    this.trace = Math.imul(this.trace ^ number, 16777619) >>> 0;
  }
}

function push(heap, event) {
  let n = heap.push(event) - 1;
  for (let up; n > 0 && isBefore(event, heap[(up = (n - 1) >> 1)]); n = up) heap[n] = heap[up];
  heap[n] = event;
}
function pop(heap) {
  const [first] = heap;
  const last = heap.pop();
  const { length } = heap;
  if (length === 0) return first;
  let n = 0;
  for (let next = 1; next < length; next = 2 * n + 1) {
    if (next + 1 < length && isBefore(heap[next + 1], heap[next])) next++;
    if (!isBefore(heap[next], last)) break;
    heap[n] = heap[next];
    n = next;
  }
  heap[n] = last;
  return first;
}
const isBefore = (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** Signatures that the machine is really computing. */
let signing = 0;
/** All promises have their turn, as at the end of a turn of Node's own loop. */
const settle = () => globalThis.process._tickCallback();

let world = null;
export const inWorld = (next) => (world = next);
const here = () => running.getStore() ?? world.god;
export const current = here;

class Timer {
  constructor(work, ms, every) {
    Object.assign(this, { work, ms: Math.max(1, ms || 0), every, process: here() });
    this.plan();
  }
  plan() {
    this.dueMs = this.process.monotonicMs() + this.ms;
    this.wait();
  }
  /** By the clock that stands still while the machine sleeps. */
  wait() {
    const leftMs = this.dueMs - this.process.monotonicMs();
    const work = () => {
      if (this.dueMs - this.process.monotonicMs() > 1) return this.wait();
      if (this.every) this.plan();
      this.work();
    };
    this.event = world.at(leftMs / this.process.rate, this.process, Object.assign(work, { isTimer: true }));
  }
  cancel() {
    this.event.work = null;
  }
  refresh() {
    this.cancel();
    this.plan();
    return this;
  }
  ref = () => this;
  unref = () => this;
  hasRef = () => true;
}

/** Once, before anything else is loaded. */
export function replaceTime() {
  const cancel = (timer) => timer?.cancel?.();
  Object.assign(globalThis, {
    setTimeout: (work, ms, ...args) => new Timer(() => work(...args), ms, false),
    setInterval: (work, ms, ...args) => new Timer(() => work(...args), ms, true),
    setImmediate: (work, ...args) => {
      const event = world.at(0, here(), () => work(...args));
      return { cancel: () => (event.work = null), unref: () => undefined };
    },
    clearTimeout: cancel,
    clearInterval: cancel,
    clearImmediate: cancel,
  });
  performance.now = () => here().monotonicMs();
  Date.now = () => here().wallMs();
  Math.random = () => world.random();
  AbortSignal.timeout = (ms) => {
    const control = new AbortController();
    setTimeout(() => control.abort(new DOMException('The operation timed out', 'TimeoutError')), ms);
    return control.signal;
  };
  // Node keeps those of its own, and whoever listens to them, until they abort: in worlds that are over they never do
  AbortSignal.any = (signals) => {
    const control = new AbortController();
    for (const signal of signals) {
      const abort = () => control.abort(signal.reason);
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    }
    return control.signal;
  };
  require('node:timers/promises').setTimeout = async (ms, value, { signal } = {}) =>
    new Promise((done, failed) => {
      if (signal?.aborted) return failed(signal.reason);
      const abort = () => {
        clearTimeout(timer);
        failed(signal.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        done(value);
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    });
  const uuid = () => {
    const word = () => Math.floor(world.random() * 2 ** 32);
    const hex = [word(), word(), word(), word()].map((n) => n.toString(16).padStart(8, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  require('node:fs').fsync = (_file, done) => setImmediate(() => done(null));
  require('node:crypto').randomUUID = uuid;
  globalThis.crypto.randomUUID = uuid;
  // one after the other, whatever they are, so that their order is always the same
  let last = Promise.resolve();
  for (const name of ['generateKey', 'importKey', 'exportKey', 'sign', 'digest', 'verify']) {
    const { subtle } = globalThis.crypto;
    const compute = subtle[name].bind(subtle);
    subtle[name] = (...args) => {
      signing++;
      const result = last.then(() => compute(...args));
      last = result.catch(() => undefined).finally(() => signing--);
      return result;
    };
  }
  syncBuiltinESMExports();
}
