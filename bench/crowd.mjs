import { uuid } from './world.mjs';

export const LEASE_MS = 3_000;
export const BEAT_MS = 1_000;
const SLICES = 20;
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runners of all groups; every one of them beats once a heartbeat, in batches that are spread over it. */
export class Crowd {
  beats = [];
  silent = new Set();
  isOver = false;
  refused = 0;
  lost = 0;
  times = [];
  whys = new Map();

  async populate(server, groups, runners) {
    this.server = server;
    for (let from = 0; from < groups; from += 25)
      await Promise.all(
        Array.from({ length: 25 }, async (_, n) => {
          const group = `g${from + n}`;
          await server.call('PUT', `/v1/groups/${group}`, { leaseMs: LEASE_MS, heartbeatMs: BEAT_MS });
          for (let r = 0; r < runners; r++) {
            const incarnation = uuid((from + n) * runners + r);
            await server.call('PUT', `/v1/groups/${group}/runners/r${r}`, { incarnation, ready: true });
            this.beats.push({
              group,
              runner: `r${r}`,
              incarnation,
              sequence: 0,
              acked: 0,
              ...(r === 0 && { term: 1 }),
            });
          }
        }),
      );
  }
  begin() {
    this.running = this.run();
  }
  async run() {
    const under = new Set();
    for (let n = 0; !this.isOver; n++) {
      const beganMs = performance.now();
      const beats = this.beats.filter((beat, at) => at % SLICES === n % SLICES && !this.silent.has(beat));
      const sent = this.send(beats).finally(() => under.delete(sent));
      under.add(sent);
      await pause(Math.max(0, BEAT_MS / SLICES - (performance.now() - beganMs)));
    }
    await Promise.all(under);
  }
  async send(beats) {
    if (beats.length === 0) return;
    for (const beat of beats) beat.sequence++;
    const sentMs = performance.now();
    const { replies, error, code } = await this.server
      .call('POST', '/v1/heartbeats', { beats })
      .catch((error) => ({ error }));
    this.times.push(performance.now() - sentMs);
    for (const [at, beat] of beats.entries()) {
      const result = replies?.[at];
      if (!result || result.code) {
        this.refused++;
        const why = result?.code ?? code ?? error?.cause?.code ?? error?.message ?? 'unanswered';
        this.whys.set(why, (this.whys.get(why) ?? 0) + 1);
      } else {
        beat.acked = beat.sequence;
        if (beat.term !== undefined && result.role !== 'leader') this.lost++;
      }
    }
  }
  async stop() {
    this.isOver = true;
    await this.running;
  }
}
