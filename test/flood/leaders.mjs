// 100 live leaders that beat as the SDK does, and how long each beat waited for its answer. A process of its own: what the
// strangers do must not make its clock late.
import { Connection } from '../../bench/http-load.mjs';
import { uuid } from '../../bench/world.mjs';

const [port, count, heartbeatMs] = process.argv.slice(2).map(Number);
const waits = [];
const lost = [];
let isOver = false;

async function lead(n) {
  const path = `/v1/groups/live-${n}/runners/r`;
  const connection = new Connection(port);
  const body = { incarnation: uuid(n) };
  const own = { 'x-conclave-secret': `only-leader-${n}-knows-0123456789abcdef` }; // as the SDK does
  await connection.send('PUT', `/v1/groups/live-${n}`, { leaseMs: 3_000, heartbeatMs });
  await connection.send('PUT', path, { ...body, ready: true }, own);
  let sequence = 0;
  let term;
  while (!isOver) {
    const sentMs = performance.now();
    const { status, body: text } = await connection.send(
      'POST',
      `${path}/heartbeat`,
      { ...body, sequence: ++sequence, acked: sequence - 1, ...(term !== undefined && { term }) },
      own,
    );
    waits.push(performance.now() - sentMs);
    const answer = status === 200 ? JSON.parse(text) : {}; // 0: the connection broke, and nothing was said
    if (status !== 200 || answer.role !== 'leader') lost.push({ n, status, text: text.slice(0, 200) });
    else if (term === undefined) term = answer.term;
    else if (answer.term !== term) lost.push({ n, term, now: answer.term });
    await new Promise((resolve) => setTimeout(resolve, heartbeatMs * (0.8 + 0.2 * Math.random())));
  }
  connection.close();
}

process.on('disconnect', () => process.exit()); // nobody would end it any more
process.on('message', (message) => {
  if (message === 'figures') {
    const sorted = waits.splice(0).sort((a, b) => a - b);
    const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
    process.send({ beats: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1), lost: lost.splice(0) });
  } else isOver = true;
});
// not all in one instant, as runners that were started one after the other
for (let n = 0; n < count; n++) {
  void lead(n);
  await new Promise((resolve) => setTimeout(resolve, heartbeatMs / count));
}
process.send('leading');
