// npm run ledger [-- --kills n --seed n]: kill -9 of a server again and again, while clients keep a ledger of what it acknowledged.
// Nothing of it may be lost, and nothing may have happened twice, though each client sends again until it is answered.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, uuid } from '../../bench/world.mjs';
import { asked, whole } from '../../scripts/asked.mjs';
import { seeded } from '../sim/seeded.mjs';

const HELP = `npm run ledger -- [options]: kills a server again and again, and holds it to what it has acknowledged

  --kills N   how often (100)
  --seed N    repeats a run (1)`;
const values = await asked('ledger', HELP, { kills: whole(1, 100), seed: whole(0, 1) });
const CLIENTS = 8;
const GROUPS = 4;
const random = seeded(values.seed);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const directory = mkdtempSync(join(tmpdir(), 'conclave-ledger-'));
let server = await Server.start({}, directory);
let isOver = false;
/** Each wish once: the key that it was sent with, how often, and what was acknowledged. */
const ledger = [];
const seen = { sent: 0, cut: 0, refused: 0 };

async function send(entry) {
  for (;;) {
    entry.sent++;
    seen.sent++;
    try {
      const response = await fetch(server.url + entry.path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'idempotency-key': entry.key },
        body: JSON.stringify(entry.body),
        signal: AbortSignal.timeout(5_000),
      });
      const answer = await response.json();
      if (response.ok)
        return (entry.acknowledged = answer.events.map(({ version, meta }) => ({ version, id: meta.id })));
      if (response.status < 500) return void seen.refused++;
    } catch {
      seen.cut++; // nobody knows whether it was carried out: it is sent again
    }
    if (isOver && entry.sent > 200) throw new Error(`${entry.key} is never answered`);
    await pause(20);
  }
}

async function work(client) {
  for (let n = 0; !isOver; n++) {
    const group = `g${Math.floor(random() * GROUPS)}`;
    const entry = {
      key: `${client}-${n}`,
      group,
      path: `/v1/groups/${group}/runners/r${client}/taints/k${n % 8}`,
      body: { effect: 'PreferNoLead', reason: `${client}-${n}` },
      sent: 0,
      acknowledged: null,
    };
    ledger.push(entry);
    await send(entry);
  }
}

for (let g = 0; g < GROUPS; g++)
  for (let client = 0; client < CLIENTS; client++)
    await server.call('PUT', `/v1/groups/g${g}/runners/r${client}`, {
      incarnation: uuid(client),
      ready: true,
    });
const clients = Array.from({ length: CLIENTS }, (_, client) => work(client));
for (let kill = 1; kill <= values.kills; kill++) {
  await pause(30 + random() * 400);
  server.child.kill('SIGKILL');
  server = await Server.start({}, directory);
  if (kill % 20 === 0)
    console.error(`${kill} times killed, ${ledger.length} wishes, ${seen.cut} requests cut off`);
}
await pause(300);
isOver = true;
await Promise.all(clients);

const wrong = ledger.some(({ acknowledged }) => acknowledged) ? [] : ['nothing was acknowledged'];
for (let g = 0; g < GROUPS; g++) {
  const group = `g${g}`;
  const text = await (
    await fetch(`${server.url}/v1/groups/${group}/history`, { headers: { accept: 'application/x-ndjson' } })
  ).text();
  const events = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const byVersion = new Map(events.map((event) => [event.version, event]));
  const times = new Map();
  for (const { type, meta } of events)
    if (type === 'RunnerTainted') times.set(meta.reason, (times.get(meta.reason) ?? 0) + 1);
  for (const { key, acknowledged } of ledger.filter((entry) => entry.group === group)) {
    for (const { version, id } of acknowledged ?? [])
      if (byVersion.get(version)?.meta.id !== id) wrong.push(`lost: ${group}/${version} of ${key}`);
    if (acknowledged !== null && times.get(key) !== 1)
      wrong.push(`${times.get(key) ?? 0} times: ${key} in ${group}`);
  }
  const { ok } = await (await fetch(`${server.url}/v1/groups/${group}/verify`)).json();
  if (!ok) wrong.push(`${group} does not verify`);
}
const ended = once(server.child, 'exit');
server.child.kill();
await ended; // it writes its snapshot there
rmSync(directory, { recursive: true, force: true });
const again = ledger.filter(({ sent }) => sent > 1).length;
console.log(
  `${values.kills} kills: ${ledger.length} wishes, ${seen.sent} requests, ${again} wishes sent more than once, ${seen.cut} requests cut off, ${seen.refused} refused; ${wrong.length === 0 ? 'nothing lost, nothing twice' : `${wrong.length} wrong`}`,
);
for (const line of wrong.slice(0, 20)) console.error(line);
process.exit(wrong.length === 0 ? 0 : 1);
