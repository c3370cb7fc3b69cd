import { ANYBODY } from '../../dist/apps/server/src/http/access/callers.js';
import { rmSync } from 'node:fs';
// A whole node behind the routes that runners and operators use, in a process of its own that can die and come back.
import { RUNNER_COMMANDS } from '../../dist/apps/server/src/http/runners/index.js';
import { OPERATOR_COMMANDS } from '../../dist/apps/server/src/http/operators/index.js';
import { Goodbyes } from '../../dist/apps/server/src/http/commands/goodbyes.js';
import { carryOutOnceMore } from '../../dist/apps/server/src/http/commands/once-more.js';
import { Batch } from '../../dist/apps/server/src/http/runners/batch.js';
import { heed } from '../../dist/apps/server/src/http/edge/heed.js';
import { problemOf } from '../../dist/apps/server/src/http/edge/problem-of.js';
import { Node, TICK_MS } from '../../dist/libs/node/src/index.js';
import { Batch as Together, HeartbeatBody } from '../../dist/libs/contract/src/index.js';
import { sendBy } from '../../dist/libs/coordination/src/index.js';
import { derivedUuid, randomUuid, SteadyClock } from '../../dist/libs/kernel/src/index.js';
import { Process } from './virtual-time.mjs';
import { SimulatedStore, Wire } from './simulated-store.mjs';

const ROUTES = [...RUNNER_COMMANDS, ...OPERATOR_COMMANDS].map((route) => ({
  route,
  pattern: new RegExp(
    `^/v1/groups/:g/${route.path}`.replace(/\/$/, '').replace(/:([a-z]+)/g, '(?<$1>[^/]+)') + '$',
  ),
}));
const BEAT = /^\/v1\/groups\/(?<g>[^/]+)\/runners\/(?<r>[^/]+)\/heartbeat$/;
const SESSION = /^\/v1\/groups\/(?<g>[^/]+)\/runners\/(?<r>[^/]+)\/session$/;
/** Nobody proves who it is, and nobody counts. */
const NOBODYS = { caller: null, ownerOf: null };
const UNCOUNTED = { beat: () => undefined };
/** Rarer than the real server says it is there: as rare as the SDK bears, with room for a slow network. */
const KEEP_ALIVE_MS = 25_000;

export class SimulatedServer {
  process = null;
  node = null;
  store = null;
  deaths = [];
  starts = 0;
  wire = new Wire();
  logged = [];

  constructor(world, log, n, files, rate) {
    Object.assign(this, {
      world,
      log,
      n,
      files,
      rate,
      name: `s${n}`,
      instance: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    });
  }

  start() {
    this.starts++;
    const process = new Process(this.name, this.world, this.rate);
    process.wallOffsetMs = this.process?.wallOffsetMs ?? 0; // the machine's, not the process's
    const store = new SimulatedStore(this.world, this.log, process, this.wire);
    Object.assign(this, { process, store });
    process.run(() => {
      const say = (level) => (facts, message) =>
        this.logged.push(`${level} ${message ?? facts} ${facts.err?.stack ?? ''}`);
      const logger = {
        debug: () => undefined,
        info: () => undefined,
        warn: say('warn'),
        error: say('error'),
        fatal: say('fatal'),
      };
      const monotonicMs = () => process.monotonicMs();
      const clock = new SteadyClock({
        wallMs: () => process.wallMs(),
        monotonicMs,
        uptimeS: () => Math.floor(monotonicMs() / 1_000),
      });
      const node = new Node({
        store,
        clock,
        logger,
        instance: this.instance,
        maxDrift: 0.01,
        fileOf: this.files,
      });
      this.node = node;
      this.goodbyes = new Goodbyes(
        node,
        sendBy(async (...sent) => node.repository.transact(...sent)),
      );
      node.onWorthless = () => this.world.at(0, this.world.god, () => this.restartAnew(process));
      void node.start().then(
        () => (this.timer = setInterval(() => node.tick(), TICK_MS)),
        (error) => (this.world.failure ??= error),
      );
    });
  }
  restartAnew(process) {
    if (this.process !== process || !process.isAlive) return;
    this.crash();
    this.start();
  }
  crash() {
    const { process } = this;
    process.kill();
    this.log.lose(this.store);
    for (const { of, tell } of this.deaths.splice(0)) if (of === process) tell();
  }
  /** As SIGTERM does. */
  async stop() {
    const { node, process } = this;
    clearInterval(this.timer);
    node.drain();
    await new Promise((done) => setTimeout(done, 20));
    await node.stop();
    if (this.process === process) this.crash();
  }
  forgetSnapshot() {
    const path = this.files('snapshot');
    if (path) rmSync(path, { force: true });
  }
  onDeath(of, tell) {
    this.deaths.push({ of, tell });
  }

  async handle(method, url, body, connection) {
    const id = randomUuid();
    try {
      const given = body ? JSON.parse(body) : {};
      const { node } = this;
      if (url.pathname === '/v1/log/evidence') {
        await node.witness.testify(given.group, given.certificate);
        return { status: 200, json: node.review.report() };
      }
      if (node.health.isBlind) {
        const code = node.health.whyAnotherLog() === null ? 'not-ready' : 'log-replaced';
        return { status: 503, json: { code, detail: code } };
      }
      const beat = BEAT.exec(url.pathname)?.groups;
      const staleMs = Math.round(node.presence.deafForMs());
      if (beat) return { status: 200, json: await this.beat(beat, HeartbeatBody.parse(given)), staleMs };
      if (url.pathname === '/v1/heartbeats')
        return { status: 200, json: await this.beats(Together.parse(given), id), staleMs };
      const session = SESSION.exec(url.pathname)?.groups;
      if (session) return await this.session(session, url.searchParams.get('incarnation'), connection);
      for (const { route, pattern } of ROUTES) {
        const params = route.method === method && pattern.exec(url.pathname)?.groups;
        if (params) return await this.order(route, { ...params }, given, url.searchParams, id);
      }
      return { status: 404, json: { code: 'not-found', detail: url.pathname } };
    } catch (error) {
      return this.problemOf(error, id);
    }
  }
  problemOf(error, id) {
    const problem = problemOf(error, id, this.node);
    if (problem.code === 'internal') this.world.failure ??= error;
    return { status: problem.status, json: problem };
  }

  async beat({ g: group, r: runner }, { certificate, ...given }) {
    const { node } = this;
    const beat = { group, runner, ...given };
    const heardMs = node.clock.wallMs();
    if (certificate !== undefined) await heed(node, group, certificate);
    const reply = await node.presence.reception.hear(beat);
    if (reply.leaseMs === 0 || !this.log.mayBeRestored) return reply; // a signature takes as long as all else
    return { ...reply, certificate: node.certificates.atOnce(beat, reply, heardMs) };
  }

  /** Secrets are left out: to hash them takes as long as all else. */
  async beats({ beats, short }, id) {
    const { reception } = this.node.presence;
    const hear = (beat, certificate) =>
      this.beat({ g: beat.group, r: beat.runner }, { ...beat, certificate });
    const parts = { request: NOBODYS, reception, counts: UNCOUNTED, hear };
    const problemOf = (error) => this.problemOf(error, id).json;
    const batch = new Batch({ ...parts, problemOf }, short && reception.short.keyOf(short.key));
    const answers = await batch.hearAll(beats.map(({ secret: _secret, ...said }) => said));
    const said = short && (await batch.hearShort(short.beats, answers));
    return { replies: await Promise.all(answers), ...(said && { short: said }) };
  }

  /** As an operator does who has looked. True if there was something to accept. */
  acceptLog() {
    return this.process.run(() => {
      const { review, tail } = this.node;
      const { state, accepted } = review.report();
      if (state === 'known' || accepted || !tail.isHeld) return false;
      review.accept({ by: 'operator:sim', reason: 'restored', correlationId: randomUuid() });
      return true;
    });
  }
  get isAccepting() {
    return this.node.review.report().accepted !== null;
  }
  /** It has looked at the log that there is now: it goes on, or has stopped. */
  get hasLooked() {
    const { node, process, store, log } = this;
    if (!process.isAlive || process.isPaused || store.followed !== log.generation) return false;
    const { isHeld, isCaughtUp, isSuspect, failure, interruption } = node.tail;
    return !failure && !interruption && !isSuspect && (isHeld || isCaughtUp);
  }

  async order(route, params, given, search, id) {
    const { key, ...query } = Object.fromEntries(search);
    const asked = {
      params: route.params.parse(params),
      body: route.body?.parse(given),
      query: route.query.parse(query),
    };
    const actor = route.audience === 'runners' && given.incarnation ? `runner:${params.r}` : 'operator:sim';
    const commandId = key ? derivedUuid(params.g, actor, key) : randomUuid();
    const order = { actor, reason: null, correlationId: id, commandId, requestHash: key ?? '' };
    const { repository } = this.node;
    await route.before?.({ goodbyes: this.goodbyes }, asked, actor);
    const transact = (given) => repository.transact(params.g, route.toCommand(asked, order), given);
    const receipt = await transact(order);
    const again = () => carryOutOnceMore(receipt, order, transact);
    await route.then?.(this.node, asked, { actor, receipt, again });
    if (route.reply) return { status: 200, json: await route.reply.of(receipt, asked, this.node, ANYBODY) };
    const events = await repository.recorded(params.g, receipt);
    return { status: 200, json: { changed: receipt.changed, events } };
  }

  async session({ g, r }, incarnation, connection) {
    const stream = { begun: [], isEnded: false, closed: () => undefined };
    stream.write = (text) => stream.begun.push(text);
    stream.end = () => (stream.isEnded = true);
    const { presence } = this.node;
    const session = await presence.openSession(
      { group: g, runner: r, incarnation, isProved: true },
      {
        send: (event, data, grant) =>
          stream.write(`event: ${event}\ndata: ${JSON.stringify({ ...data, ...(grant && { grant }) })}\n\n`),
        end: () => stream.end(),
      },
    );
    let isClosed = false;
    const timer = setInterval(
      () => (connection.isOpen() ? stream.write(': here\n\n') : stream.closed()),
      KEEP_ALIVE_MS,
    );
    stream.closed = () => {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      presence.sessionClosed(session);
    };
    return { status: 200, stream };
  }
}
