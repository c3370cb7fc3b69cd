// Beats of many runners, 200 a request as the SDK says them, spread over the heartbeat; a process of its own. Whoever has no
// answer yet does not beat again; a time is that from when a beat is due to its answer.
import { once } from 'node:events';
import { Connection, quantile } from './http-load.mjs';
import { uuid } from './world.mjs';

const [runners, groups, seconds, awayMs, backMs] = process.argv.slice(2).map(Number);
const BEAT_MS = 5_000;
/** All have a number by then. */
const WARM_MS = 25_000;
const A_REQUEST = 200;
/** As before there were short beats. */
const IN_FULL = process.env.BENCH_IN_FULL === '1';
const NOTHING = { key: null, changed: [], unknown: [] };
const perGroup = runners / groups;
/** Numbers in place of a million objects, which this process would stand still for whenever it looks through them. */
const sequences = new Int32Array(runners);
const acked = new Int32Array(runners);
/** In which each leads, 0: in none. The first of each group led when the log was written. */
const terms = new Int32Array(runners);
for (let n = 0; n < runners; n += perGroup) terms[n] = 1;
const isLeader = (n) => terms[n] > 0;
function beatOf(n) {
  const [g, r] = [Math.floor(n / perGroup), n % perGroup];
  const about = { group: `g${g}`, runner: `r${r}`, incarnation: uuid(g * 1_000 + r) };
  return { ...about, sequence: sequences[n], acked: acked[n], ...(isLeader(n) && { term: terms[n] }) };
}
process.send('ready');
const [port] = await once(process, 'message');
const requests = Math.ceil(runners / A_REQUEST);
const connections = Array.from({ length: requests }, () => new Connection(port)); // each is a process
const running = [];
let [times, sent, lost, refused, isCounted] = [[], 0, 0, 0, false];
const unanswered = new Set();

/** Of standbys, once they have one: what is said in place of a beat; and the key that they came with, of each request. */
const numbers = new Int32Array(runners).fill(-1);
const versions = new Int32Array(runners);
const keys = [];

function take(n, reply) {
  if (reply.status === 200) {
    if (isCounted && isLeader(n) && reply.role !== 'leader') lost++;
    terms[n] = reply.role === 'leader' ? reply.term : 0;
    if (acked[n] === 0 && ++heard === runners) allMs = performance.now() - beginMs;
    acked[n] = sequences[n];
    numbers[n] = reply.number ?? -1;
    versions[n] = reply.version;
  } else if (isCounted) refused++;
}

async function send(connection, from, dueMs) {
  const [full, short, said] = [[], [], []];
  for (let n = from; n < from + A_REQUEST; n++) {
    sequences[n]++;
    if (numbers[n] < 0) full.push(n);
    else {
      short.push(n);
      said.push(numbers[n], sequences[n], versions[n]);
    }
  }
  const asked = {
    beats: full.map(beatOf),
    ...(!IN_FULL && { short: { key: keys[from] ?? null, beats: said } }),
  };
  const { status, body } = await connection.send('POST', '/v1/heartbeats', asked);
  unanswered.delete(from);
  if (status === 200) {
    const { replies, short: told = NOTHING } = JSON.parse(body);
    keys[from] = told.key;
    for (const [at, n] of full.entries()) take(n, replies[at]);
    for (const [at, reply] of told.changed) take(short[at], reply);
    for (const at of told.unknown) numbers[short[at]] = -1;
    if (isCounted) refused += told.unknown.length;
  } else if (isCounted) refused += A_REQUEST;
  if (!isCounted) return;
  times.push(performance.now() - dueMs);
  sent += A_REQUEST;
}

/** When everybody had been heard once. */
let [heard, allMs] = [0, Infinity];
let stopMs = Infinity;
const beginMs = performance.now();
/** From here on it is counted. */
function count() {
  isCounted = true;
  process.send('counted');
}
if (!awayMs)
  setTimeout(() => {
    stopMs = performance.now() + seconds * 1_000;
    count();
  }, WARM_MS);
process.on('message', () => (stopMs = 0));
for (let n = 0; performance.now() < stopMs; n++) {
  const dueMs = beginMs + (n * BEAT_MS) / requests;
  const waitMs = dueMs - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  const isBack = performance.now() - beginMs > backMs;
  if (performance.now() - beginMs > awayMs && !isBack) continue;
  if (isBack && !isCounted) count();
  const which = n % requests;
  const from = which * A_REQUEST;
  if (unanswered.has(from)) continue;
  unanswered.add(from);
  running[which] = send(connections[which], from, dueMs);
}
await Promise.all(running);
const [p50, p99, longest] = [0.5, 0.99, 1].map((q) => quantile(times, q));
process.send({ p50, p99, longest, beats: sent, lost, refused, allMs });
process.disconnect();
