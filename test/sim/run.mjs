// npm run sim: whole servers and runners in virtual time, under faults; see --help.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { above0, asked, flag, someOf, text, whole } from '../../scripts/asked.mjs';
import { FAULTS } from './faults.mjs';
import { current, inWorld, replaceTime, VirtualWorld } from './virtual-time.mjs';

const HELP = `usage: npm run sim -- [options]
Whole servers and runners with the real SDK in virtual time, under random faults, judged from outside. Exit code 1: a guarantee was broken.
  --seeds <n>      so many worlds (20); --from <n>: beginning with this one (1)
  --seed <n>       just this world
  --only <a,b>     just these faults: ${Object.keys(FAULTS).join(', ')}
  --seconds <n>    of faults in each world (60; ninety times as many in a long one)
  --long           only long worlds: hours, hundreds of groups, long leases; else one in fifty; --short: none
  --most <n>       stops after so many worlds with violations (5); with 1 nothing is shrunk
  --lease <ms>, --heartbeat <ms>, --delay <ms>  instead of what chance gives
  --verbose, --trace, --log <file>  what happened; a digest of every step; the log as NDJSON`;
const values = await asked('sim', HELP, {
  seeds: whole(1, 20),
  from: whole(0, 1),
  seed: whole(0),
  only: someOf(Object.keys(FAULTS), { least: 0 }), // `--only ''`: a world without faults
  seconds: above0(60),
  most: whole(1, 5),
  lease: whole(1),
  heartbeat: whole(1),
  delay: whole(0),
  log: text,
  long: flag,
  short: flag,
  verbose: flag,
  trace: flag,
});

const realNow = performance.now.bind(performance);
replaceTime();
inWorld(new VirtualWorld(0)); // for what is loaded
const http = await import('./http.mjs');
http.install();
const { turns } = await import('../../dist/libs/kernel/src/index.js');
const { clocks } = await import('../../dist/libs/runner-sdk/src/clocks/clock-watch.js');
clocks.listen = (look) => {
  const { clockListeners } = current(); // many processes, each with clocks of its own
  clockListeners.add(look);
  return () => clockListeners.delete(look);
};
turns.afterPiece = (act) => act();
turns.next = async () => undefined; // one of many simulated processes may die while all would wait for it
const { processes } = await import('../../dist/libs/runner-sdk/src/pace/process-wide.js');
processes.current = current;
const { simulate } = await import('./simulate.mjs');
const { anotherKey } = await import('../../dist/libs/node/src/keys/signing-key.js');
// made before any world: one in sixty is made anew, and would take a step more
const { jwk: KEY } = await anotherKey();

const first = values.seed ?? values.from;
const count = values.seed === undefined ? values.seeds : 1;
const faultMs = values.seconds * 1_000;
/** So many failures are enough; with one nothing is shrunk. */
const { most } = values;
const given = { leaseMs: values.lease, heartbeatMs: values.heartbeat, delayMs: values.delay };
const fixed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
if (values.long || values.short) fixed.isLong = values.long;
const shm = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

async function play(seed, only) {
  const world = new VirtualWorld(seed);
  inWorld(world);
  turns.beginAnew(); // else the same seed is another world after others
  const directory = mkdtempSync(join(shm, 'conclave-sim-'));
  writeFileSync(join(directory, 'key'), `${JSON.stringify(KEY)}\n`, { mode: 0o600 });
  try {
    return await simulate(world, { only, faultMs, directory, fixed });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The fewest fault classes with which it still fails. */
async function shrink(seed, classes) {
  let needed = classes;
  for (const one of classes) {
    const fewer = needed.filter((name) => name !== one);
    if ((await play(seed, fewer)).found.length > 0) needed = fewer;
  }
  return needed;
}

if (values.seed === undefined) Error.stackTraceLimit = 3; // refusals are many, and whoever wants to see one repeats it
const began = realNow();
const total = { groups: 0, faults: 0, elections: 0, handovers: 0, restarts: 0, events: 0, hours: 0 };
let failed = 0;
for (let seed = first; seed < first + count; seed++) {
  const result = await play(seed, values.only ?? null);
  for (const key of Object.keys(total)) total[key] += result[key];
  if (values.trace) console.log(`seed ${seed}: trace ${result.trace}`);
  if (values.verbose) console.log(`seed ${seed}: ${result.summary}`);
  if (values.verbose && values.seed !== undefined)
    for (const [n, lines] of result.logged.entries())
      for (const line of lines) console.log(`  s${n}: ${line.slice(0, 300)}`);
  if (values.log) writeFileSync(values.log, result.log.map((event) => `${JSON.stringify(event)}\n`).join(''));
  if (result.found.length === 0) continue;
  failed++;
  for (const problem of result.found.slice(0, 10)) console.log(`VIOLATION seed ${seed}: ${problem}`);
  const needed =
    values.only !== undefined || most === 1 ? result.classes : await shrink(seed, result.classes);
  console.log(
    `  again: npm run sim -- --seed ${seed} --seconds ${faultMs / 1_000} --only ${needed.join(',')}`,
  );
  if (failed >= most) break;
}
const tookMs = realNow() - began;
const { groups, faults, elections, handovers, restarts, events, hours } = total;
console.log(
  `sim: ${failed === 0 ? 'no violation' : `${failed} seeds with violations`}; ${events} steps, ${groups} groups, ${faults} faults, ${elections} elections, ${handovers} handovers, ` +
    `${restarts} restarts; ${hours.toFixed(1)} group-hours in ${(tookMs / 1_000).toFixed(1)} s (${((hours / tookMs) * 60_000).toFixed(0)} a minute)`,
);
process.exit(failed === 0 ? 0 : 1);
