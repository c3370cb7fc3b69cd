import { Process } from './virtual-time.mjs';

const AGAIN_MS = 300;
/** What happened later may not have been told yet. */
const JUST_NOW_MS = 5_000;

/** An id also says how many acceptances of restored logs the server knew of. */
const placeOf = (id) => Number(id.split('.')[0]);

/** Somebody who watches all groups, through whichever server lives, and must miss nothing and be told nothing twice. */
export class SimulatedWatcher {
  /** Versions that were told, of each group. */
  told = new Map();
  /** @type {string | null} */
  lastId = null;
  constructor(world, servers, oracle) {
    Object.assign(this, { world, servers, oracle, process: new Process('watcher', world) });
  }

  start() {
    this.process.run(() => this.connect());
  }
  /** What it is told from now on means nothing. */
  retire() {
    this.process.kill();
    this.isRetired = true;
  }
  again() {
    setTimeout(() => this.connect(), AGAIN_MS);
  }

  connect() {
    if (this.isRetired) return;
    const server = this.servers[Math.floor(this.world.random() * this.servers.length)];
    const { node, process } = server;
    if (!process?.isAlive || process.isPaused || node.health.isBlind) return this.again();
    if (this.lastId !== null && Number(node.tail.position) < placeOf(this.lastId)) return this.again(); // it is behind
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      this.process.run(() => this.again());
    };
    const sink = { send: (frames) => void (isOver || this.hear(frames)), overflow: end, end };
    const resumeAfter = this.lastId?.split('.')[0] ?? null; // as the route takes it
    const options = { group: null, events: true, resumeAfter };
    const stop = process.run(() => node.watchFeed.watch(options, sink));
    server.onDeath(process, end);
    // a client that goes away now and then, and comes back with its id
    this.process.run(() =>
      setTimeout(
        () => {
          if (!isOver && process.isAlive) process.run(stop);
          end();
        },
        1_000 + this.world.random() * 20_000,
      ),
    );
  }

  hear(frames) {
    if (this.isRetired) return;
    for (const { event, id, data } of frames) {
      if (event === 'event') this.hearEvent(data);
      if (id === null) continue;
      if (this.lastId !== null && placeOf(id) < placeOf(this.lastId))
        this.oracle.fail(`watch: ${id} was told after ${this.lastId}`);
      this.lastId = id;
    }
  }
  hearEvent({ group, version }) {
    const last = this.told.get(group);
    if (last !== undefined && version !== last + 1)
      this.oracle.fail(`watch: ${group} ${version} was told after ${last}`);
    this.told.set(group, version);
  }

  /** At the end, when it has had the time: everything of the log was told. */
  judge(events) {
    const toldMs = this.world.god.wallMs() - JUST_NOW_MS;
    const old = Map.groupBy(
      events.filter(({ writtenMs }) => writtenMs < toldMs),
      ({ stream }) => stream,
    );
    for (const [group, last] of this.told) {
      const versions = old.get(`group-${group}`)?.length ?? 0;
      if (last < versions) this.oracle.fail(`watch: ${group} was told up to ${last} of ${versions}`);
    }
  }
}
