// G5, at every moment: whoever no fault touches is led, or will be within the stated bound.
const LOOK_LEAST_MS = 100;

export class LedOracle {
  /** How many faults touch a group now, and when the last one was over. */
  touches = new Map();
  overMs = new Map();
  /** Since when nobody has worked for it. */
  leaderlessMs = new Map();
  constructor({ world, oracle, groups, boundMs, why, mayFail }) {
    Object.assign(this, {
      world,
      oracle,
      groups,
      boundMs,
      why,
      mayFail,
      everyMs: Math.max(LOOK_LEAST_MS, boundMs / 20),
    });
    for (const group of groups) this.touches.set(group, 0);
  }
  start() {
    for (const group of this.groups) this.overMs.set(group, this.world.nowMs);
    this.look();
  }
  stop() {
    this.isOver = true;
  }
  /** From now on, until what is returned is called. */
  disturb(groups) {
    for (const group of groups) this.touches.set(group, this.touches.get(group) + 1);
    return () => {
      for (const group of groups) {
        this.touches.set(group, this.touches.get(group) - 1);
        this.overMs.set(group, this.world.nowMs);
      }
    };
  }
  look() {
    if (this.isOver) return;
    const { nowMs } = this.world;
    for (const group of this.groups) {
      // who drains still leads: what follows is counted from its end
      if (this.touches.get(group) > 0 || this.oracle.isWorkedFor(group)) this.leaderlessMs.delete(group);
      else if (!this.leaderlessMs.has(group)) this.leaderlessMs.set(group, nowMs);
      else this.judge(group, nowMs - Math.max(this.leaderlessMs.get(group), this.overMs.get(group)));
    }
    this.world.at(this.everyMs, this.world.god, () => this.look());
  }
  judge(group, leaderlessMs) {
    if (leaderlessMs <= this.boundMs || this.oracle.found.length > 0) return;
    this.mayFail(
      `G5: ${group}, which no fault touches, is not led for ${leaderlessMs.toFixed(0)} ms${this.why(group)}`,
    );
  }
}
