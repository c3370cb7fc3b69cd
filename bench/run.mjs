// npm run bench [-- name …]: measures this tree, side by side in one run, and prints a table. Ratios mean
// more than times: the machine may be shared.
import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import { audit } from './audit.mjs';
import { besideLongWork, crowds } from './crowds.mjs';
import { commands } from './commands.mjs';
import { esdb } from './esdb.mjs';
import { failover } from './failover.mjs';
import { growth } from './growth.mjs';
import { heartbeats } from './heartbeats.mjs';
import { replay } from './replay.mjs';
import { many } from './many.mjs';
import { rivals } from './rivals.mjs';
import { watchers } from './watchers.mjs';
import { servers } from './servers.mjs';
import { shared } from './shared.mjs';
import { storeThread } from './store.mjs';

const suites = {
  store: storeThread,
  replay,
  commands,
  failover,
  rivals,
  watchers,
  heartbeats,
  many,
  crowds,
  snapshots: besideLongWork,
  growth,
  audit,
  esdb,
  shared,
  servers,
};
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in suites));
if (unknown) {
  console.error(`bench: there is no "${unknown}"; there are ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
const table = new Table({ head: ['what', 'median', 'goal', 'more'], style: { head: [], border: [] } });
for (const [name, suite] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`measuring ${name} …`);
  await suite((what, value, more, { goal, isMet } = {}) => {
    console.error(`  ${what}: ${value} (${more})`);
    table.push([what, value, goal === undefined ? '' : `${isMet ? 'met' : 'NOT MET'}: ${goal}`, more]);
  });
}
const [{ model }] = cpus();
console.log(
  `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
);
console.log(table.toString());
process.exit();
