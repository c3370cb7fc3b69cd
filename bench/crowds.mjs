// Many at once: leaders that die in one second, sessions that reopen after a restart, reads beside long work.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ours } from '../scripts/ours.mjs';
import { BEAT_MS, Crowd, LEASE_MS, pause } from './crowd.mjs';
import { median, quantile } from './http-load.mjs';
import { generatedHistory, writeLog } from './replay.mjs';
import { freePorts } from '../dist/libs/processes/src/free-ports.js';
import { Server } from './world.mjs';

const GROUPS = 1_000;
const SESSIONS = 10_000;
const WATCHERS = 100;
const inMs = (ms) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;

export async function crowds(report) {
  await dyingLeaders(report);
  await reopeningSessions(report);
}

/** `where`: of the store that `environment` names. */
export async function dyingLeaders(report, environment = {}, where = '') {
  const server = await Server.start(environment);
  const crowd = new Crowd();
  crowd.begin(); // whoever is elected beats at once: its term would be over before the last group is there
  await crowd.populate(server, GROUPS, 2);
  await pause(2 * BEAT_MS);
  const ledMs = new Map();
  const watch = await fetch(`${server.url}/v1/watch`);
  const reading = (async () => {
    let rest = '';
    for await (const text of watch.body.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const data = /^data: (.*)$/m.exec(part)?.[1];
        const { group, term, leader } = data ? JSON.parse(data) : {};
        if (term > 1 && leader && !ledMs.has(group)) ledMs.set(group, performance.now());
      }
    }
  })().catch(() => undefined);
  const died = new Map();
  for (const beat of crowd.beats)
    if (beat.term === 1) {
      crowd.silent.add(beat);
      died.set(beat.group, performance.now());
    }
  for (const endMs = performance.now() + 30_000; ledMs.size < GROUPS && performance.now() < endMs;)
    await pause(50);
  const times = [...ledMs].map(([group, ms]) => ms - died.get(group));
  report(
    `${where}${GROUPS.toLocaleString('en')} groups lose their leaders at once: last one led`,
    inMs(Math.max(...times)),
    `lease ${LEASE_MS} ms; p50 ${inMs(median(times))}, p99 ${inMs(quantile(times, 0.99))}, ${GROUPS - times.length} never`,
    { goal: '≤ lease + 250 ms', isMet: times.length === GROUPS && Math.max(...times) <= LEASE_MS + 250 },
  );
  await crowd.stop();
  await server.stop();
  await reading;
}

/** A stream to the server; resolves when it is open, with null if it is refused. */
function session(port, { group, runner, incarnation }) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `GET /v1/groups/${group}/runners/${runner}/session?incarnation=${incarnation} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
  );
  return new Promise((done) => {
    socket.once('data', (said) => done(said.toString('latin1').startsWith('HTTP/1.1 200') ? socket : null));
    socket.resume();
    socket.on('close', () => done(null));
  });
}

async function reopeningSessions(report) {
  const [port] = await freePorts(1);
  const environment = {
    CONCLAVE_PORT: String(port),
    CONCLAVE_MAX_CONNECTIONS_PER_CLIENT: String(2 * SESSIONS),
    CONCLAVE_MAX_STREAMS_PER_CLIENT: String(SESSIONS),
  };
  let server = await Server.start(environment);
  const crowd = new Crowd();
  const runners = SESSIONS / GROUPS;
  crowd.begin();
  await crowd.populate(server, GROUPS, runners);
  const all = crowd.beats;
  crowd.beats = all.filter(({ term }) => term === 1);
  const open = async () => {
    const sockets = [];
    for (let from = 0; from < all.length; from += 200)
      sockets.push(
        ...(await Promise.all(all.slice(from, from + 200).map((about) => session(server.port, about)))),
      );
    return sockets;
  };
  await open();
  await pause(BEAT_MS); // what began amid that
  crowd.times = [];
  await pause(5 * BEAT_MS);
  const quiet = crowd.times;
  crowd.times = [];
  const { directory } = server;
  await server.exit('SIGKILL');
  server = await Server.start(environment, directory);
  crowd.server = server;
  Object.assign(crowd, { times: [], refused: 0, lost: 0, whys: new Map() });
  const startMs = performance.now();
  const sockets = await open();
  const tookMs = performance.now() - startMs;
  const meanwhile = [...crowd.times];
  await pause(2 * LEASE_MS);
  report(
    `beats of ${GROUPS.toLocaleString('en')} leaders while ${SESSIONS.toLocaleString('en')} sessions reopen after kill -9: p99`,
    inMs(quantile(meanwhile, 0.99)),
    `before ${inMs(quantile(quiet, 0.99))}; all open after ${inMs(tookMs)} (${sockets.filter((s) => !s).length} not), ${crowd.lost} leases lost, ${crowd.refused} beats refused ${[...crowd.whys].map(([why, n]) => `${why} ${n}`).join(', ')}`,
  );
  await crowd.stop();
  for (const socket of sockets) socket?.destroy();
  await server.stop();
}

/** What others wait for /healthz while something is done. */
async function healthDuring(port, work) {
  const probe = ours(fork('bench/health-probe.mjs', [port], { execArgv: [] }));
  await work();
  const told = once(probe, 'message');
  probe.send('over');
  const [{ p99, most, asked }] = await told;
  probe.kill();
  return `p99 ${inMs(p99)}, max ${inMs(most)} (${asked} asked)`;
}

export async function besideLongWork(report) {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-crowds-'));
  const events = generatedHistory(Number(process.env.BENCH_EVENTS ?? 200_000));
  writeLog(events, join(directory, 'c.db'));
  const [port] = await freePorts(1);
  const turnsFile = join(directory, 'turns.json');
  const environment = {
    CONCLAVE_PORT: String(port),
    CONCLAVE_STORE: `sqlite:${directory}/c.db`,
    NODE_OPTIONS: `--import ${resolve('bench/turn-probe.mjs')}`,
    TURNS_FILE: turnsFile,
  };
  const count = events.length.toLocaleString('en');
  let server;
  const replay = await healthDuring(port, async () => (server = await Server.start(environment, directory)));
  report(`/healthz while a start reads ${count} events`, replay.split(',')[0], replay);
  const turns = async (what) => {
    rmSync(turnsFile, { force: true });
    server.child.kill('SIGUSR2');
    await pause(300);
    const { most, over } = JSON.parse(readFileSync(turnsFile, 'utf8'));
    report(`longest turn of the event loop, its own time, ${what}`, inMs(most), `${over} over 20 ms`, {
      goal: '≤ 20 ms',
      isMet: most <= 20,
    });
  };
  await turns('while it read them');
  const snapshot = await healthDuring(port, () => pause(4_000));
  report(`/healthz during the snapshot after it`, snapshot.split(',')[0], snapshot);
  await turns('during that snapshot');
  const storm = await healthDuring(port, () => pause(20_000));
  report(
    '/healthz while all leases and all runners of that log are over at once',
    storm.split(',')[0],
    storm,
  );
  await turns('meanwhile');
  const position = (await server.call('GET', '/readyz')).position;
  const from = String(Math.max(0, Number(position) - 2_000));
  const resumed = await healthDuring(port, async () => {
    const resuming = Array.from({ length: WATCHERS }, async () =>
      fetch(`${server.url}/v1/watch?events=true`, { headers: { 'last-event-id': from } }),
    );
    const responses = await Promise.all(resuming);
    await server.call('PUT', '/v1/groups/told-last', {}); // what comes meanwhile waits behind what was missed
    const told = responses.map(async ({ body }) => {
      let end = '';
      for await (const text of body.pipeThrough(new TextDecoderStream())) {
        if ((end + text).includes('told-last')) break;
        end = text.slice(-20);
      }
    });
    await Promise.all(told);
  });
  report(`/healthz while ${WATCHERS} watchers resume 2,000 events each`, resumed.split(',')[0], resumed);
  await turns('while they resume');
  for (const path of [
    '/v1/groups?limit=1000',
    '/v1/at?time=2026-01-01T12:00:00Z',
    '/v1/tenures',
    '/v1/verify',
  ]) {
    await (await fetch(server.url + path, { signal: AbortSignal.timeout(120_000) })).arrayBuffer();
    await turns(`GET ${path}`);
  }
  await server.exit('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
