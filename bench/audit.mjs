import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupVerifier, whatIf } from '../dist/libs/audit/src/index.js';
import { appendsOf, initialState } from '../dist/libs/election/src/index.js';
import { median, quantile } from './http-load.mjs';
import { generatedHistory, writeLog } from './replay.mjs';
import { Server, uuid } from './world.mjs';

const QUESTIONS = 10_000;
const inMs = (ms) => `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;

function verifies(events) {
  const rates = [];
  for (let round = 0; round < 3; round++) {
    const verifiers = new Map();
    const startMs = performance.now();
    for (const event of events) {
      let verifier = verifiers.get(event.group);
      if (!verifier) verifiers.set(event.group, (verifier = new GroupVerifier(event.group)));
      verifier.take(event);
    }
    for (const verifier of verifiers.values())
      if (!verifier.finish().ok) throw new Error(`${verifier.group} does not verify`);
    rates.push(events.length / ((performance.now() - startMs) / 1_000));
  }
  return Math.round(median(rates));
}

async function whatIfs(events) {
  const groups = Map.groupBy(events, (event) => event.group);
  const histories = [];
  for (const [group, history] of groups) {
    const appends = [];
    for await (const append of appendsOf(history, initialState(group))) appends.push(append);
    histories.push(appends);
  }
  const rates = [];
  for (let round = 0; round < 3; round++) {
    const startMs = performance.now();
    for (const appends of histories)
      await whatIf(appends, { settings: { failback: 'always', leaseMs: 25_000, heartbeatMs: 5_000 } });
    rates.push(events.length / ((performance.now() - startMs) / 1_000));
  }
  return Math.round(median(rates));
}

/** Random (group, instant) pairs, one request after the other, answered by a real server. */
async function asOf(server, events) {
  const { meta: first } = events[0];
  const last = events.reduce((at, e) => (e.meta.at > at ? e.meta.at : at), first.at);
  const groups = new Set(events.map((e) => e.group)).size;
  const [from, to] = [Date.parse(first.at) + groups, Date.parse(last)];
  const took = [];
  for (let n = 0; n < QUESTIONS; n++) {
    const time = new Date(from + Math.random() * (to - from)).toISOString();
    const startMs = performance.now();
    const response = await fetch(
      `${server.url}/v1/groups/g${Math.floor(Math.random() * groups)}/at?time=${time}`,
    );
    await response.text();
    took.push(performance.now() - startMs);
    if (!response.ok) throw new Error(`${response.status} at ${time}`);
  }
  return took.sort((a, b) => a - b);
}

/** How long others wait for an answer meanwhile. */
async function meanwhile(server, working) {
  const startMs = performance.now();
  let isDone = false;
  const answer = working.finally(() => (isDone = true));
  const waits = [];
  while (!isDone) {
    const sentMs = performance.now();
    await (await fetch(`${server.url}/healthz`)).text();
    waits.push(performance.now() - sentMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { answer: await answer, tookMs: performance.now() - startMs, waits: waits.sort((a, b) => a - b) };
}
const waited = (waits) =>
  `meanwhile /healthz p50 ${inMs(quantile(waits, 0.5))}, p99 ${inMs(quantile(waits, 0.99))}, max ${inMs(waits.at(-1))}`;
const textOf = async (url, headers = {}) => (await fetch(url, { headers })).text();

/** A line that stands for the whole log, and the largest piece of evidence that it holds. */
async function proofs(server, report) {
  const heads = await meanwhile(
    server,
    (async () => {
      for (let n = 0; n < 50; n++) await textOf(`${server.url}/v1/head`);
    })(),
  );
  report('checkpoint of that log (GET /v1/head)', inMs(heads.tookMs / 50), waited(heads.waits));
  const evidence = await meanwhile(server, textOf(`${server.url}/v1/groups/g0/evidence`));
  const events = evidence.answer.trim().split('\n').length - 2;
  report(
    'evidence, events/s',
    Math.round(events / (evidence.tookMs / 1_000)),
    `${events} events; ${waited(evidence.waits)}`,
  );
}

/** 10,000 groups with one runner each, whose leases do not end meanwhile. */
async function manyGroups(report) {
  const server = await Server.start();
  for (let n = 0; n < 10_000; n += 100)
    await Promise.all(
      Array.from({ length: 100 }, async (_, k) => {
        await server.call('PUT', `/v1/groups/m${n + k}`, { leaseMs: 600_000, heartbeatMs: 200_000 });
        await server.call('PUT', `/v1/groups/m${n + k}/runners/r`, { incarnation: uuid(n + k), ready: true });
      }),
    );
  const { tookMs, waits } = await meanwhile(
    server,
    (async () => {
      for (let n = 0; n < 20; n++) await textOf(`${server.url}/v1/head`);
    })(),
  );
  report('checkpoint of 10,000 groups (GET /v1/head)', inMs(tookMs / 20), waited(waits));
  await server.stop();
}

/** How fast everything is verified. */
async function verifyingAll(server) {
  const { answer, tookMs, waits } = await meanwhile(
    server,
    textOf(`${server.url}/v1/verify`, { accept: 'application/x-ndjson' }),
  );
  const lines = answer
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  if (!lines.every((line) => line.ok)) throw new Error('the log does not verify');
  const events = lines.reduce((n, line) => n + line.events, 0);
  return { rate: Math.round(events / (tookMs / 1_000)), waits };
}

/** The largest group that there can be: what it takes to explain it, and how long others wait meanwhile. */
async function largest(report) {
  const server = await Server.start();
  const path = '/v1/groups/big';
  await server.call('PUT', path, { leaseMs: 600_000 });
  for (let n = 0; n < 1_000; n += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, k) =>
        server.call('PUT', `${path}/runners/r${n + k}`, {
          incarnation: uuid(n + k),
          ready: true,
          priority: n % 7,
        }),
      ),
    );
  }
  for (let term = 1; term <= 200; term++) {
    const { leader } = await server.call('GET', `${path}/leader`);
    await server.call('POST', `${path}/runners/${leader.runner}/resign`, {
      incarnation: leader.incarnation,
      term,
      cooldownMs: 600_000,
    });
  }
  for (const [what, ask] of [
    ['explain a group of 1,000 runners', () => server.call('GET', `${path}/explain`)],
    ['explain one election of 1,000 runners', () => server.call('GET', `${path}/elections/150`)],
    [
      'what if, 200 terms of 1,000 runners',
      () =>
        server.call('POST', `${path}/what-if`, { settings: { strategy: 'priority', failback: 'always' } }),
    ],
    ['verify it', () => server.call('GET', `${path}/verify`)],
  ]) {
    const took = [];
    const waits = [];
    for (let round = 0; round < 5; round++) {
      let isDone = false;
      const startMs = performance.now();
      const answer = ask().finally(() => (isDone = true));
      while (!isDone) {
        const sentMs = performance.now();
        await (await fetch(`${server.url}/healthz`)).text();
        waits.push(performance.now() - sentMs);
      }
      if ((await answer).code) throw new Error(JSON.stringify(await answer));
      took.push(performance.now() - startMs);
    }
    report(what, inMs(median(took)), `meanwhile /healthz max ${inMs(Math.max(...waits))}`);
  }
  await server.stop();
}

export async function audit(report, total = Number(process.env.BENCH_EVENTS ?? 200_000)) {
  const events = generatedHistory(total);
  report('verify, events/s', verifies(events), `${events.length} events; every append decided again`);
  report('what if: other failback and lease, events/s', await whatIfs(events), '');
  const directory = mkdtempSync(join(tmpdir(), 'conclave-audit-'));
  writeLog(events, join(directory, 'log.db'));
  for (const how of ['read from the log', 'from its snapshot']) {
    const server = await Server.start({ CONCLAVE_STORE: `sqlite:${join(directory, 'log.db')}` });
    const took = await asOf(server, events);
    const times = `p50 of ${QUESTIONS} random (group, instant) over HTTP; p99 ${inMs(quantile(took, 0.99))}, max ${inMs(took.at(-1))}`;
    report(`as of: one group at an instant, server ${how}`, inMs(quantile(took, 0.5)), times);
    if (how === 'read from the log') {
      const { rate, waits } = await verifyingAll(server);
      report('verify all over HTTP, events/s', rate, waited(waits));
      await proofs(server, report);
    }
    const gone = once(server.child, 'exit');
    server.child.kill('SIGTERM');
    await gone;
  }
  rmSync(directory, { recursive: true });
  await manyGroups(report);
  await largest(report);
}
