import { Runner } from '../../dist/libs/runner-sdk/src/index.js';
import { Process } from './virtual-time.mjs';

const DRAIN_MOST_MS = 200;
/** After so long a supervisor starts a program that has ended. */
const SUPERVISED_MS = 500;

/** A runner with the real SDK; its work does nothing but say that it may. */
export class SimulatedRunner {
  process = null;
  runner = null;
  life = 0;
  /** All that are in the same process, this one among them. */
  mates = [this];
  drainsToMs = 0;

  constructor(world, network, group, id, urls, oracle, rate) {
    Object.assign(this, { world, network, group, id, urls, oracle, rate, name: `${group}/${id}` });
  }

  /** Whoever is in its process. */
  get groups() {
    return this.mates.map(({ group }) => group);
  }
  start() {
    const process = new Process(`${this.name}#${this.life + 1}`, this.world, this.rate);
    process.wallOffsetMs = this.process?.wallOffsetMs ?? 0;
    process.send = this.network.wayOf(process);
    for (const mate of this.mates) mate.begin(process);
  }
  begin(process) {
    this.life++;
    this.process = process;
    this.drainsToMs = 0;
    process.run(() => {
      const { group, id, urls, world } = this;
      const shift = Math.floor(world.random() * urls.length);
      const runner = new Runner({
        url: [...urls.slice(shift), ...urls.slice(0, shift)],
        group,
        id,
        signals: [],
        ready: world.random() < 0.3,
      });
      this.runner = runner;
      runner.on('problem', () => undefined);
      const work = async (context) => {
        const belief = this.oracle.began(this, process, runner.incarnation, context);
        await new Promise((done) => context.signal.addEventListener('abort', done));
        const drainMs = world.random() * DRAIN_MOST_MS;
        // now and then work does not stop when it is told to: it ends with its lease
        if (context.signal.reason?.stopCause === 'revoked' && world.random() < 0.15) {
          this.drainsToMs = Infinity;
          while (context.remainingMs() > 0) {
            const soonMs = Math.max(20, context.remainingMs() / 50);
            await new Promise((done) => setTimeout(done, soonMs));
          }
          this.drainsToMs = process.monotonicMs();
          return this.oracle.ended(belief);
        }
        this.oracle.drains(belief, drainMs);
        await new Promise((done) => setTimeout(done, drainMs));
        this.oracle.ended(belief);
      };
      runner.lead(work).catch((error) => {
        if (error.name !== 'Superseded') this.world.failure ??= error;
        else this.world.at(SUPERVISED_MS, this.world.god, () => this.supervise(process));
      });
    });
  }
  /**
   * The registration of a process that is dead may have lain in a server that stood still. Not in worlds in which a restored
   * log must send nobody away.
   */
  supervise(process) {
    if (process !== this.process || !process.isAlive || this.mayBeRestored) return;
    this.crash();
    this.start();
  }
  crash() {
    this.process.kill();
    for (const tell of this.process.onDeath ?? []) tell();
    this.oracle.died(this.process);
  }
  /** As a program does that is told to end: it must be over within its drain and two seconds, whatever the servers do. */
  stop() {
    const { mates, process, world } = this;
    const beganMs = process.monotonicMs();
    const pauses = process.isPaused ? NaN : process.pauses;
    const gone = () => {
      const tookMs = process.monotonicMs() - Math.max(beganMs, ...mates.map(({ drainsToMs }) => drainsToMs));
      if (tookMs > DRAIN_MOST_MS + 2_000 && pauses === process.pauses)
        this.oracle.fail(`stop: ${this.name} took ${tookMs.toFixed(0)} ms to stop`);
      world.at(0, world.god, () => process === this.process && process.isAlive && this.crash());
    };
    process.run(() => void Promise.all(mates.map(async ({ runner }) => runner.stop())).then(gone, gone));
  }
}

/** `most` of them at a time are in one process. */
export function joinProcesses(runners, most) {
  for (let from = 0; from < runners.length; from += most) {
    const mates = runners.slice(from, from + most);
    for (const one of mates) Object.assign(one, { mates, name: mates[0].name, rate: mates[0].rate });
  }
}
