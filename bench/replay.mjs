import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decide,
  evolve,
  GroupLog,
  initialState,
  newHead,
  advance,
  streamOf,
} from '../dist/libs/election/src/index.js';
import { Assembler, canonicalText, isCaughtUp } from '../dist/libs/event-store/src/index.js';
import { envelop } from '../dist/libs/coordination/src/envelope.js';
import { SqliteLog, openDatabase, SqliteEventStore } from '../dist/libs/event-store-sqlite/src/index.js';
import { median } from './http-load.mjs';
import { Server, uuid } from './world.mjs';

const GROUPS = Number(process.env.BENCH_GROUPS ?? 1_000);
const RUNNERS = 5;

/**
 * A plausible history: runners come, lead, fall silent, come back, are tainted; every event as `decide` makes
 * it.
 */
export function generatedHistory(total) {
  const all = [];
  const histories = {};
  for (let g = 0; all.length < total; g = (g + 1) % GROUPS) {
    histories[g] ??= { head: newHead(`g${g}`), step: 0 };
    const h = histories[g];
    const n = h.step++;
    const runner = `r${n % RUNNERS}`;
    const incarnation = uuid(n % RUNNERS);
    const at = new Date(Date.UTC(2026, 0, 1) + n * 60_000 + g).toISOString();
    const facts = { lastSeenAt: null, silentMs: 20_000, leaseMs: 15_000, deafMs: 0 };
    const command =
      n < RUNNERS
        ? { type: 'RegisterRunner', runner, incarnation, ready: true, previousExited: null }
        : n % 3 === 0
          ? { type: 'ReportLeaseExpired', term: h.head.state.term, ...facts }
          : n % 3 === 1
            ? {
                type: 'ActivateRunner',
                runner,
                incarnation,
                heardAtVersion: 1e9,
                lastSeenAt: null,
                silentMs: null,
              }
            : {
                type: 'TaintRunner',
                runner,
                key: `k${n % 2}`,
                effect: 'PreferNoLead',
                expiresAt: null,
                ttlMs: null,
                until: null,
              };
    const actor =
      { RegisterRunner: `runner:${runner}`, TaintRunner: 'claimed:bench' }[command.type] ?? 'system:presence';
    const occasion = { at, actor, reason: `step ${n}`, commandId: uuid(n) };
    const decision = decide(command, h.head.state, occasion);
    const order = { ...occasion, correlationId: 'c', requestHash: '' };
    const events = envelop(decision.events ?? [], h.head, { command, order, at, instance: uuid(0) });
    for (const event of events) h.head = advance(h.head, event);
    all.push(...events);
  }
  return all;
}
/** The same rows read and their JSON parsed, in one thread, and nothing done with it: what SQLite and V8 take. */
function bareSeconds(file) {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare('SELECT * FROM events ORDER BY position');
  const startMs = performance.now();
  for (const { data, meta } of rows.iterate()) [data, meta].map((text) => JSON.parse(text));
  const seconds = (performance.now() - startMs) / 1_000;
  db.close();
  return seconds;
}

/** A whole server on that log: cold from the first event, then from the snapshot that its stop wrote. */
async function starts(directory, report) {
  const file = join(directory, 'log.db');
  const environment = { CONCLAVE_STORE: `sqlite:${file}` };
  const bare = median([1, 2, 3].map(() => bareSeconds(file)));
  report('that log read and parsed by bare Node', `${bare.toFixed(1)} s`, 'in one thread, median of 3');
  for (const how of ['cold, from the log', 'from its snapshot']) {
    const startMs = performance.now();
    const server = await Server.start(environment);
    const seconds = (performance.now() - startMs) / 1_000;
    report(
      `start of a server on that log, ${how}`,
      `${seconds.toFixed(1)} s`,
      `${(seconds / bare).toFixed(1)} × bare, ${Math.round(server.rss())} MiB`,
    );
    const gone = once(server.child, 'exit');
    server.child.kill('SIGTERM');
    await gone;
  }
}

/** A database with these events. */
export function writeLog(events, file) {
  const log = new SqliteLog(openDatabase(file));
  for (let from = 0; from < events.length; from += 2_000) {
    log.appendAll(
      events
        .slice(from, from + 2_000)
        .map(({ group, type, data, meta }) => ({
          stream: streamOf(group),
          expectedVersion: null,
          events: [{ id: meta.id, type, data: canonicalText(data), meta: canonicalText(meta) }],
        })),
    );
  }
  log.close();
}

export async function replay(report, total = Number(process.env.BENCH_EVENTS ?? 200_000)) {
  const events = generatedHistory(total);
  const pure = [];
  for (let round = 0; round < 3; round++) {
    const states = new Map();
    const startMs = performance.now();
    for (const event of events)
      states.set(event.group, evolve(states.get(event.group) ?? initialState(event.group), event));
    pure.push(events.length / ((performance.now() - startMs) / 1000));
  }
  report(
    'replay: pure fold (evolve), events/s',
    Math.round(median(pure)),
    `${events.length} events, ${GROUPS} groups`,
  );

  const directory = mkdtempSync(join(tmpdir(), 'conclave-replay-'));
  writeLog(events, join(directory, 'log.db'));
  const stored = [];
  for (let round = 0; round < 3; round++) {
    const store = await SqliteEventStore.open(join(directory, 'log.db'));
    const groups = new GroupLog();
    const assembler = new Assembler();
    const startMs = performance.now();
    for await (const item of store.subscribe('0', new AbortController().signal)) {
      if (isCaughtUp(item)) break;
      for (const append of assembler.take(item)) groups.apply(append);
    }
    stored.push(events.length / ((performance.now() - startMs) / 1000));
    await store.close();
  }
  report('replay: from SQLite, validated and folded, events/s', Math.round(median(stored)), '');
  await starts(directory, report);
  rmSync(directory, { recursive: true });
}
