import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ours } from '../scripts/ours.mjs';
import { load, median, quantile } from './http-load.mjs';
import { Server, uuid } from './world.mjs';

const RUNNERS_A_GROUP = 10;
const WINDOW_MS = 4_000;
const ROUNDS = 3;

/** Groups of 10, so that one runner in ten leads; everybody beats as fast as the connections allow. */
export async function enrol(server, runners, prefix = 'g') {
  const beats = [];
  for (let n = 0; n < runners; n++) {
    const group = `${prefix}${Math.floor(n / RUNNERS_A_GROUP)}`;
    beats.push({
      group,
      runner: `r${n % RUNNERS_A_GROUP}`,
      incarnation: uuid(n),
      sequence: 0,
      term: n % RUNNERS_A_GROUP === 0 ? 1 : undefined,
    });
  }
  for (let from = 0; from < beats.length; from += 50) {
    await Promise.all(
      beats
        .slice(from, from + 50)
        .map(({ group, runner, incarnation }) =>
          server.call('PUT', `/v1/groups/${group}/runners/${runner}`, { incarnation, ready: true }),
        ),
    );
  }
  return beats;
}

/** Gives each standby of `beats` its number, all with one key; returns that. */
async function numberAll(server, beats) {
  let key = null;
  for (let from = 0; from < beats.length; from += 1_000) {
    const those = beats.slice(from, from + 1_000);
    for (const beat of those) beat.sequence++;
    const { replies, short } = await server.call('POST', '/v1/heartbeats', {
      beats: those,
      short: { key, beats: [] },
    });
    key = short.key;
    for (const [at, { number, version }] of replies.entries()) Object.assign(those[at], { number, version });
  }
  return key;
}

/** Leaders in full, all others in three numbers. */
function shortOf(beats, key) {
  const standbys = beats.filter(({ number }) => number !== undefined);
  const said = standbys.flatMap(({ number, sequence, version }) => [number, sequence, version]);
  const full = beats
    .filter(({ number }) => number === undefined)
    .map(({ number: _number, version: _version, ...beat }) => beat);
  return { beats: full, short: { key, beats: said } };
}

/** What HTTP itself costs here, asked in turns with the server. */
async function bareServer() {
  const child = ours(
    spawn(process.execPath, ['bench/bare-server.mjs'], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  for await (const line of createInterface(child.stdout))
    return { child, port: Number(/:(\d+)$/.exec(line)[1]) };
  throw new Error('the bare server did not start');
}

async function measured(server, connections, next, beatsAPost, bare) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bareA = bare && (await load(bare.port, connections, WINDOW_MS / 2, next)).perSecond;
    const cpu = server.cpuSeconds();
    const { perSecond, latencies, failed } = await load(server.port, connections, WINDOW_MS, next);
    const cores = (server.cpuSeconds() - cpu) / (WINDOW_MS / 1000);
    rounds.push({
      perSecond: perSecond * beatsAPost,
      p99: quantile(latencies, 0.99),
      cores,
      failed,
      ...(bare && { bare: bareA, share: perSecond / bareA }),
    });
  }
  const pick = (key) => median(rounds.map((r) => r[key]));
  return {
    ...(bare && { bare: pick('bare'), share: pick('share') }),
    perSecond: pick('perSecond'),
    p99: pick('p99'),
    cores: pick('cores'),
    failed: rounds.reduce((sum, r) => sum + r.failed, 0),
  };
}

export async function heartbeats(report) {
  for (const runners of [1_000, 10_000]) {
    const server = await Server.start();
    const beats = await enrol(server, runners);
    const idleRss = server.rss();
    // Each connection has runners of its own, so that no runner's beats overtake each other.
    const turns = new Map();
    const nextBeat = (connection, connections) => {
      const turn = turns.get(connection) ?? 0;
      turns.set(connection, turn + 1);
      const mine = Math.floor((beats.length - 1 - connection) / connections) + 1;
      const beat = beats[(turn % mine) * connections + connection];
      beat.sequence++;
      return beat;
    };
    const single = (connection, connections) => {
      const { group, runner, ...body } = nextBeat(connection, connections);
      return ['POST', `/v1/groups/${group}/runners/${runner}/heartbeat`, body];
    };
    const batch = (connection, connections) => [
      'POST',
      '/v1/heartbeats',
      { beats: Array.from({ length: 100 }, () => nextBeat(connection, connections)) },
    ];
    let key = null;
    const short = (connection, connections) => [
      'POST',
      '/v1/heartbeats',
      shortOf(
        Array.from({ length: 100 }, () => nextBeat(connection, connections)),
        key,
      ),
    ];
    const bare = await bareServer();
    const one = await measured(server, 64, single, 1, bare);
    const many = await measured(server, 8, batch, 100, bare);
    bare.child.kill();
    key = await numberAll(server, beats);
    const shorter = await measured(server, 8, short, 100);
    const [, path, sample] = short(0, 8);
    const told = await server.call('POST', path, sample);
    if (told.short.unknown.length + told.short.changed.length > 0)
      throw new Error('short beats were not heard as such');
    const what = `beats/s, ${runners} runners, 10 % leaders`;
    const more = (m) => `p99 ${m.p99.toFixed(1)} ms, server ${m.cores.toFixed(2)} cores, ${m.failed} failed`;
    report(
      'requests/s of bare Fastify with the same zod schema',
      Math.round(one.bare),
      'in turns with the next row',
    );
    report(
      `${what}, one a request`,
      Math.round(one.perSecond),
      `${one.share.toFixed(2)} × bare; ${more(one)}`,
      { goal: '≥ 0.7 × bare', isMet: one.share >= 0.7 },
    );
    report(
      'beats/s of bare Fastify with the same zod schema, 100 a request',
      Math.round(many.bare * 100),
      'in turns with the next row',
    );
    report(
      `${what}, 100 a request`,
      Math.round(many.perSecond),
      `${many.share.toFixed(2)} × bare; ${more(many)}`,
      { goal: '≥ 300,000', isMet: many.perSecond >= 300_000 },
    );
    report(`${what}, 100 a request, standbys in three numbers`, Math.round(shorter.perSecond), more(shorter));
    report(
      `memory of the server at ${runners} runners`,
      `${Math.round(idleRss)} MiB`,
      `${Math.round(server.rss())} MiB after the load`,
    );
    await server.stop();
  }
}
