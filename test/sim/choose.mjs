import { FAULTS, OF_RUNNERS } from './faults.mjs';
import { seeded } from './seeded.mjs';

/** Worlds of many groups, long leases and hours: faults come as often as before by the lease, far less by the clock. */
const LONG_SHARE = 0.02;
const LONG_LEASES_MS = [400_000, 600_000];
const SELDOM = { restored: 0.15, 'frozen-and-killed': 0.1 };

function chooseFaults({ random, seed }, only, isLong) {
  const all = Object.keys(FAULTS).filter((name) => !(name in SELDOM));
  const some = random() < 0.15 ? OF_RUNNERS : all;
  const chosen = some.filter(() => random() < 0.4);
  // of chances of their own, so that all else stays the same world
  const chance = seeded(seed * 7907 + 1);
  const seldom = Object.entries(SELDOM).filter(([, share]) => chance() < share);
  // in a long world an operator would wait for longer than it lasts
  return (only ?? [...chosen, ...seldom.map(([name]) => name)]).filter((name) => !(isLong && name in SELDOM));
}

/** Chance is asked also for what is `fixed` or `only` asked for: the same seed is the same world. */
export function choose(world, only, fixed) {
  const { random } = world;
  const pick = (list) => list[Math.floor(random() * list.length)];
  const wouldBeLong = random() < LONG_SHARE;
  const isLong = fixed.isLong ?? wouldBeLong;
  const classes = chooseFaults(world, only, isLong);
  const chosenLeaseMs = pick(isLong ? LONG_LEASES_MS : [500, 1_000, 1_500, 3_000, 15_000, 60_000]);
  const { leaseMs = chosenLeaseMs } = fixed;
  const chosenHeartbeatMs = Math.floor(leaseMs / pick([3, 4, 6]));
  const { heartbeatMs = chosenHeartbeatMs } = fixed;
  const groups = Array.from({ length: pick(isLong ? [200, 300] : [1, 2, 4]) }, (_, n) => `g${n}`);
  const fenced = new Set(groups.filter(() => random() < 0.25));
  const ids = ['r0', 'r1', 'r2'].slice(0, pick([2, 3]));
  const hasFiles = random() < 0.5;
  const shorterMs = Math.max(500, leaseMs / 2);
  return {
    random,
    pick,
    between: (from, to) => from + random() * (to - from),
    isLong,
    classes,
    leaseMs,
    heartbeatMs,
    /** Settings between which operators change; the longer lease is the one that bounds are counted with. */
    leases: [
      { leaseMs, heartbeatMs },
      { leaseMs: shorterMs, heartbeatMs: Math.floor(Math.min(heartbeatMs, shorterMs / 3)) },
    ],
    groups,
    fenced,
    ids,
    hasFiles,
  };
}
