// npm run bench [-- name …]: measures this tree, side by side in one run, and prints a table. Ratios mean
// more than times: the machine may be shared.
import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import { asked } from '../scripts/asked.mjs';

/** Each in a file of its own, loaded when it is wanted: an old Node could not even load them. */
const suites = {
  store: async () => (await import('./store.mjs')).storeThread,
  replay: async () => (await import('./replay.mjs')).replay,
  commands: async () => (await import('./commands.mjs')).commands,
  failover: async () => (await import('./failover.mjs')).failover,
  rivals: async () => (await import('./rivals.mjs')).rivals,
  watchers: async () => (await import('./watchers.mjs')).watchers,
  heartbeats: async () => (await import('./heartbeats.mjs')).heartbeats,
  processes: async () => (await import('./processes.mjs')).processes,
  many: async () => (await import('./many.mjs')).many,
  starts: async () => (await import('./starts.mjs')).starts,
  outage: async () => (await import('./many.mjs')).outage,
  crowds: async () => (await import('./crowds.mjs')).crowds,
  snapshots: async () => (await import('./crowds.mjs')).besideLongWork,
  growth: async () => (await import('./growth.mjs')).growth,
  audit: async () => (await import('./audit.mjs')).audit,
  esdb: async () => (await import('./esdb.mjs')).esdb,
  shared: async () => (await import('./shared.mjs')).shared,
  pods: async () => (await import('./pods.mjs')).pods,
  servers: async () => (await import('./servers.mjs')).servers,
};
const HELP = `npm run bench [-- name …]: measures this tree and prints a table; all, or just these:
  ${Object.keys(suites).join(', ')}`;
const { names } = await asked('bench', HELP, {}, Object.keys(suites));
const table = new Table({ head: ['what', 'median', 'goal', 'more'], style: { head: [], border: [] } });
for (const [name, load] of Object.entries(suites)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.error(`measuring ${name} …`);
  const suite = await load();
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
