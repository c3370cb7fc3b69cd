// npm run watching [-- --minutes 60 --changes-per-second 2]: does a dashboard that is left open keep its memory? A real server whose
// groups change all the time, a real browser with three screens open; each minute the heap of each after a collection.
import { chromium } from 'playwright-core';
import { above0, asked, whole } from '../scripts/asked.mjs';
import { Server, uuid } from './world.mjs';

const HELP = `npm run watching -- [options]: does a dashboard that is left open keep its memory? In chromium (CHROMIUM_PATH)

  --minutes N              how long (60)
  --changes-per-second N   of the groups that are watched (2)`;
const values = await asked('watching', HELP, { minutes: whole(1, 60), 'changes-per-second': above0(2) });
const GROUPS = 20;
const SCREENS = ['/', '/groups/g0', '/servers'];

const server = await Server.start();
for (let g = 0; g < GROUPS; g++) {
  await server.call('PUT', `/v1/groups/g${g}`, { leaseMs: 600_000, failover: 'fenced' });
  for (let r = 0; r < 3; r++)
    await server.call('PUT', `/v1/groups/g${g}/runners/r${r}`, {
      incarnation: uuid(g * 10 + r),
      ready: true,
    });
}
let changes = 0;
/** Every second change is of the group that is looked at: a leader is told to stop, and another one leads. */
async function change() {
  const g = changes % 2 === 0 ? 0 : changes % GROUPS;
  const path = `/v1/groups/g${g}`;
  const { leader, term } = await server.call('GET', `${path}/leader`);
  if (leader) {
    const incarnation = uuid(g * 10 + Number(leader.runner.slice(1)));
    await server.call('POST', `${path}/runners/${leader.runner}/resign`, {
      incarnation,
      term,
      cooldownMs: 500,
    });
  } else await server.call('PUT', `${path}/runners/r0/taints/k`, { effect: 'PreferNoLead', ttlMs: 1_000 });
  changes++;
}
const timer = setInterval(() => void change().catch(() => undefined), 1_000 / values['changes-per-second']);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium' });
const pages = [];
for (const path of SCREENS) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url + path);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  pages.push({ path, session, rows: [] });
}
const look = async ({ session, rows }) => {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((one) => one.name === name).value;
  rows.push({ mib: of('JSHeapUsedSize') / 2 ** 20, nodes: of('Nodes'), listeners: of('JSEventListeners') });
};
for (let minute = 0; minute <= values.minutes; minute++) {
  for (const page of pages) await look(page);
  const now = pages.map(
    ({ path, rows }) => `${path} ${rows.at(-1).mib.toFixed(1)} MiB, ${rows.at(-1).nodes} nodes`,
  );
  console.log(`${minute} min, ${changes} changes: ${now.join('; ')}`);
  if (minute < values.minutes) await new Promise((done) => setTimeout(done, 60_000));
}
clearInterval(timer);
for (const { path, rows } of pages) {
  const settled = rows.slice(Math.min(5, rows.length - 1)).map(({ mib }) => mib);
  const third = Math.max(1, Math.floor(settled.length / 3));
  const mean = (some) => some.reduce((sum, n) => sum + n, 0) / some.length;
  const [first, last] = [mean(settled.slice(0, third)), mean(settled.slice(-third))];
  console.log(
    `${path}: ${first.toFixed(1)} MiB in the first third after five minutes, ${last.toFixed(1)} in the last`,
  );
}
await browser.close();
await server.stop();
