// HTTP between simulated processes: time passes, connections break or hang, answers are lost, proxies answer for servers.
import { SimulatedAnswer } from './simulated-request.mjs';

/** A server that stood still for longer looks whether who asked is still there. */
const STOOD_STILL_MS = 500;

const broken = (code) => Object.assign(new Error(code), { code });

export class SimulatedNetwork {
  servers = new Map();
  /** `runner|server` pairs between which nothing gets through. */
  cut = new Set();
  lossShare = 0;
  /** Runners that no answer reaches. */
  deaf = new Set();
  proxyFaultShare = 0;
  hangingBodyShare = 0;
  delayMs = 0;
  /** Share of answers that come late, by up to so much. */
  lateShare = 0;
  lateMs = 0;
  /** Share of requests that arrive twice, the second time by up to `lateMs` later: so they overtake each other. */
  twiceShare = 0;
  /** Share of requests that are under way for up to `lateMs`. */
  lateRequestShare = 0;

  constructor(world) {
    this.world = world;
  }

  /** How what the runner process `client` sends gets away. */
  wayOf(client) {
    return (url, asked) => this.request(client, url, asked);
  }

  travel() {
    return 0.2 + this.world.random() * 2 + this.delayMs;
  }
  isDeaf = (client) => this.deaf.size > 0 && this.deaf.has(client.name.split('#')[0]);
  isCut(client, server) {
    return this.cut.size > 0 && this.cut.has(`${client.name.split('#')[0]}|${server.name}`);
  }

  async request(client, url, { method, body, signal }) {
    const server = this.servers.get(url.hostname);
    const { world } = this;
    return new Promise((done, failed) => {
      signal.addEventListener('abort', () => failed(signal.reason), { once: true });
      const late = () => (world.random() < this.lateShare ? world.random() * this.lateMs : 0);
      const answer = (work) => world.at(this.travel() + late(), client, () => work());
      const refuse = () => answer(() => failed(broken('ECONNREFUSED')));
      if (!server.process?.isAlive) return refuse();
      if (this.isCut(client, server) || world.random() < this.lossShare) return; // it hangs until somebody gives up
      if (world.random() < this.proxyFaultShare) {
        return answer(() => done(SimulatedAnswer.of(502, '<html>Bad gateway</html>')));
      }
      const { process } = server;
      const isLate = this.lateRequestShare > 0 && world.random() < this.lateRequestShare;
      const onWayMs = this.travel() + (isLate ? world.random() * this.lateMs : 0);
      if (this.twiceShare > 0 && method === 'POST' && world.random() < this.twiceShare) {
        const copy = () => server.process === process && void server.handle(method, url, body, null);
        world.at(onWayMs + world.random() * this.lateMs, process, copy);
      }
      const dueMs = world.nowMs + onWayMs;
      world.at(onWayMs, process, async () => {
        if (world.nowMs - dueMs > STOOD_STILL_MS && !client.isAlive) return; // the end of the connection is there, too
        const connection = { isOpen: () => client.isAlive && !this.isCut(client, server), client, server };
        const { status, json, stream, staleMs = 0 } = await server.handle(method, url, body, connection);
        const isLost = this.isDeaf(client) || this.isCut(client, server) || world.random() < this.lossShare;
        if (server.process !== process || isLost) return;
        if (stream) return answer(() => done(this.streamed(stream, connection, signal)));
        if (world.random() < this.hangingBodyShare) {
          const hanging = Object.assign(new SimulatedAnswer(), { statusCode: status });
          signal.addEventListener('abort', () => hanging.fail(signal.reason));
          return answer(() => done(hanging));
        }
        const text = JSON.stringify(json);
        const headers = staleMs > 0 ? { 'x-conclave-stale-ms': String(staleMs) } : {};
        answer(() => done(SimulatedAnswer.of(status, text, headers)));
      });
      process.deaths ??= new Set();
    });
  }

  /** An event stream: what the server writes arrives in order, a little later; each side hears of the other's end. */
  streamed(stream, connection, signal) {
    const { world } = this;
    const { client, server } = connection;
    const { process } = server;
    let dueMs = 0;
    const later = (to, work) => {
      dueMs = Math.max(dueMs, world.nowMs + this.travel());
      world.at(
        dueMs - world.nowMs,
        to,
        () => this.isCut(client, server) || (to === client && this.isDeaf(client)) || work(),
      );
    };
    const answer = new SimulatedAnswer();
    let isOver = false;
    const end = (act) => {
      if (isOver) return;
      isOver = true;
      act();
    };
    stream.write = (text) => later(client, () => isOver || answer.push(text));
    stream.end = () => later(client, () => end(() => answer.close()));
    const breakOff = () => later(client, () => end(() => answer.fail(broken('ECONNRESET'))));
    server.onDeath(process, breakOff);
    signal.addEventListener('abort', () =>
      end(() => {
        answer.fail(signal.reason);
        later(process, () => stream.closed());
      }),
    );
    client.onDeath = [
      ...(client.onDeath ?? []),
      () => world.at(this.travel(), process, () => this.isCut(client, server) || stream.closed()),
    ];
    for (const text of stream.begun.splice(0)) stream.write(text);
    if (stream.isEnded) stream.end();
    return answer;
  }
}
