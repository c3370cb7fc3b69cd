import { TICK_MS } from '@conclave/node';
import type { SettingsPatch } from '@conclave/election';
import { seeded, to } from '@conclave/testing';
import { boundOf } from './bound.js';
import { leasesOf, type Deed, type Life, type Outage, type World } from './worlds.js';

const END_MS = 90_000;
const LEASES_MS = [2_000, 3_000, 4_500, 6_000, 8_000];
const DAMPING = { halfLifeMs: 20_000, suppressAt: 1_500, reuseAt: 900, maxSuppressMs: 30_000 };

type Random = () => number;

/** Facts that stand so far apart that their order is the same in the record and in the second run. */
export function worldOf(seed: number): World {
  const random = seeded(seed);
  const chance = new Chance(random);
  const a = settingsOf(chance);
  const b = settingsOf(chance);
  const names = ['a', 'b', 'c', 'd'].slice(0, 2 + chance.below(3));
  const workMs = chance.is(0.2) ? chance.ms(200, 3_000) : 0;
  const lives = names.map((runner): Life => ({
    runner,
    registersMs: TICK_MS,
    priority: chance.below(3),
    isReady: chance.is(0.7),
    outages: [],
  }));
  const world: World = { seed, endMs: END_MS, a, b, workMs, lives, deeds: [] };
  if (chance.is(0.25))
    world.deeds.push({
      atMs: chance.ms(20_000, END_MS - 20_000),
      does: { type: 'ConfigureGroup', settings: { leaseMs: chance.pick(LEASES_MS) } },
    });
  const places = new Places(leasesOf(world), boundOf(world).ms + TICK_MS);
  places.take(world.deeds.map(({ atMs }) => atMs));
  for (const life of lives.slice(1)) {
    do life.registersMs = chance.ms(1_000, chance.is(0.5) ? 12_000 : 40_000);
    while (!places.take([life.registersMs]));
  }
  const wanted = 4 + chance.below(14);
  for (let tries = 0, done = 0; tries < 120 && done < wanted; tries++)
    if (chance.is(0.6) ? addOutage(world, places, chance) : addDeed(world, places, chance)) done++;
  world.deeds.sort((x, y) => x.atMs - y.atMs);
  return world;
}

class Chance {
  constructor(private readonly random: Random) {}
  is = (share: number): boolean => this.random() < share;
  below = (most: number): number => Math.floor(this.random() * most);
  pick = <T>(list: readonly T[]): T => list[this.below(list.length)]!;
  /** On a tick. */
  ms = (from: number, below: number): number =>
    Math.floor((from + this.random() * (below - from)) / TICK_MS) * TICK_MS;
}

function settingsOf(chance: Chance): SettingsPatch {
  const leaseMs = chance.pick(LEASES_MS);
  return {
    leaseMs,
    heartbeatMs: chance.pick([150, 250, 400]),
    failback: chance.pick(['never', 'never', 'always']),
    failover: chance.pick(['lease', 'lease', 'lease', 'fenced']),
    strategy: chance.pick(['oldest', 'oldest', 'priority']),
    damping: chance.is(0.3) ? DAMPING : null,
  };
}

/** When something is decided, whatever it is: no two such instants are so near that their order is open. */
class Places {
  private readonly taken: number[] = [];
  constructor(
    readonly leases: readonly number[],
    private readonly apartMs: number,
  ) {}

  isApart = (x: number, y: number): boolean => Math.abs(x - y) > 2 * this.apartMs;

  take(instants: readonly number[]): boolean {
    if (instants.some((ms) => this.taken.some((other) => !this.isApart(ms, other)))) return false;
    this.taken.push(...instants);
    return true;
  }
}

function addOutage({ lives }: World, places: Places, chance: Chance): boolean {
  const life = chance.pick(lives);
  const fromMs = chance.ms(3_000, END_MS - 15_000);
  const lastsMs = chance.is(0.3) ? chance.ms(400, 2_000) : chance.ms(1_000, 20_000);
  const toMs = Math.min(fromMs + lastsMs, END_MS + TICK_MS);
  const kind = chance.pick(['hang', 'hang', 'cut', 'restart'] as const);
  const outage: Outage = { fromMs, toMs, kind, isVouched: chance.is(0.3) };
  const { leases } = places;
  const isClear = life.outages.every((o) => o.toMs + 2_000 < fromMs || toMs + 2_000 < o.fromMs);
  if (life.registersMs + 2_000 > fromMs || !isClear) return false;
  if (leases.some((leaseMs) => !places.isApart(lastsMs, leaseMs))) return false;
  const silent = leases.filter((leaseMs) => leaseMs < lastsMs);
  const instants = [
    toMs,
    ...leases.map((leaseMs) => fromMs + leaseMs),
    ...(kind === 'hang' ? [] : [fromMs + 250]),
    ...silent.map((leaseMs) => Math.max(toMs, fromMs + leaseMs) + leaseMs),
  ];
  if (!places.take(instants)) return false;
  life.outages.push(outage);
  return true;
}

function addDeed(world: World, places: Places, chance: Chance): boolean {
  const atMs = chance.ms(3_000, END_MS - 5_000);
  const { runner, registersMs } = chance.pick(world.lives);
  if (registersMs + 1_000 > atMs) return false;
  const cooldownMs = chance.pick([null, 3_000, 7_000, 12_000]);
  const cooldowns = cooldownMs === null ? places.leases.map((leaseMs) => 2 * leaseMs) : [cooldownMs];
  const ttlMs = chance.is(0.7) ? chance.ms(3_000, 25_000) : null;
  const ends = ttlMs === null ? [] : [atMs + ttlMs];
  const effect = chance.pick(['NoLead', 'NoLead', 'NoElect', 'PreferNoLead'] as const);
  const mode = chance.pick(['strict', 'prefer'] as const);
  const held = { expiresAt: null, ttlMs };
  const [does, instants] = chance.pick<() => [Deed['does'], number[]]>([
    () => [{ ...to.taint(runner, effect), ...held }, ends],
    () => [{ ...to.taint(runner, effect), ...held }, ends],
    () => [to.untaint(runner), []],
    () => [{ ...to.pin(runner, mode), ...held }, ends],
    () => [{ type: 'UnpinLeader' }, []],
    () => [{ type: 'PauseElections', expiresAt: null, ttlMs: ttlMs ?? 5_000 }, [atMs + (ttlMs ?? 5_000)]],
    () => [{ type: 'DrainGroup', expiresAt: null, ttlMs: ttlMs ?? 5_000 }, [atMs + (ttlMs ?? 5_000)]],
    () => [{ type: 'ResumeElections' }, []],
    () => [to.transfer({ to: chance.is(0.5) ? runner : null }), []],
    () => [{ type: 'ForgiveRunner', runner }, []],
    () => [{ type: 'Resign', runner, cooldownMs }, cooldowns.map((ms) => atMs + ms)],
    () => [{ type: 'GiveBack', runner }, []],
    () => [{ type: 'DeregisterRunner', runner, incarnation: null }, []],
  ])();
  if (!places.take([atMs, ...instants])) return false;
  world.deeds.push({ atMs, does });
  return true;
}
