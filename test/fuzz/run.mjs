// Sends a server requests made from openapi.json, valid ones and spoilt ones, and looks at every answer:
//   npm run fuzz -- --requests 50000 --seed 7
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asked, whole } from '../../scripts/asked.mjs';
import { seeded } from '../sim/seeded.mjs';
import { mutateParts, mutateWire } from './mutations.mjs';
import { Oracle } from './oracle.mjs';
import { operationsOf, rendered, validRequest } from './requests.mjs';
import { Served } from './served.mjs';
import { Values } from './values.mjs';
import { bytesOf, exchange, shellOf } from './wire.mjs';

const HANG_MS = 10_000;
/** Whoever waits for news does it beside the others. */
const BESIDE_MS = 100;

const HELP = `npm run fuzz -- [options]: sends a server requests made from openapi.json, valid and spoilt ones

  --requests N   how many (50000)
  --seed N       repeats a run (1)
  --most N       so many findings are enough (20)`;
const options = await asked('fuzz', HELP, {
  requests: whole(1, 50_000),
  seed: whole(0, 1),
  most: whole(1, 20),
});
const document = JSON.parse(readFileSync('openapi.json', 'utf8'));
const operations = operationsOf(document);
const oracle = new Oracle(document, operations);
const findings = new Map();

/** Very long requests go to a file. */
function shown(command) {
  if (command.length < 1_500) return command;
  const file = join(tmpdir(), `conclave-fuzz-${process.pid}-${findings.size}.sh`);
  writeFileSync(file, command);
  return `sh ${file}`;
}

function report(what, request, served, detail = '') {
  const kind = `${request.operationId} ${what.replaceAll(/\d+|"[^"]*"/g, '_').slice(0, 120)}`;
  const known = findings.get(kind);
  if (known) return void known.count++;
  findings.set(kind, { count: 1 });
  console.log(`FOUND ${request.operationId}: ${what}\n  ${shown(shellOf(request, served.url))}${detail}`);
}

/** What no single request did. */
function fail(kind, what) {
  console.log(`FOUND ${kind}: ${what}`);
  findings.set(kind, { count: 1 });
}

function makeRequest(values, { id, served }) {
  const parts = validRequest(values, values.pick(operations));
  const kind = values.random();
  if (kind > 0.45) mutateParts(parts, values);
  // mostly one who may, at times one of others, nobody, or a forgery
  const own = parts.operationId && values.chance(0.6) ? 'admin' : values.pick([...served.tokens.keys()]);
  const role = values.chance(0.3) ? 'runner' : own;
  const token = values.chance(0.1) ? undefined : (served.tokens.get(role) ?? undefined);
  const shown = token && values.chance(0.05) ? `${token.slice(0, -3)}AAA` : token;
  const request = rendered(parts, { host: new URL(served.url).host, id, token: shown });
  if (kind > 0.8) mutateWire(request, values);
  const isKnown = served.tokens.size === 0 || (token !== undefined && shown === token);
  return { ...request, operationId: parts.operationId, isKnown, isWire: kind > 0.8 };
}

async function play(part, count, seed) {
  const served = await Served.start({ isAuthOn: part === 'on' });
  const values = new Values(seeded(seed), document.components.schemas);
  const outcomes = new Map();
  const statuses = {};
  const running = new Set();
  const ask = async (request, id) => {
    const isFollowed = /follow=true/.test(request.target);
    const answer = await exchange(served.port, bytesOf(request), {
      patienceMs: HANG_MS,
      isFollowed,
      isHead: request.method === 'HEAD',
    });
    const ids = request.headers.filter(([name]) => name === 'X-Correlation-Id').length;
    const what = oracle.judge({
      request,
      answer: isFollowed ? { ...answer, error: answer.error ?? 'CUT' } : answer,
      isKnown: request.isKnown || request.headers.filter(([name]) => name === 'Authorization').length > 1,
      isMine: request.isWire || ids !== 1 ? undefined : id,
      mayWait: /waitMs=/.test(request.target),
    });
    outcomes.set(id, { request, status: answer.status });
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    if (what !== null) report(what, request, served);
    if (
      answer.status < 300 &&
      request.method !== 'HEAD' &&
      answer.headers['content-type']?.startsWith('application/json')
    )
      values.learn(JSON.parse(answer.text));
  };
  await served.fill();
  for (let n = 0; n < count && findings.size < options.most; n++) {
    const id = `fuzz-${part}-${n}`;
    const request = makeRequest(values, { id, served });
    const asked = ask(request, id);
    running.add(asked);
    void asked.finally(() => running.delete(asked));
    let timer;
    await Promise.race([asked, new Promise((done) => (timer = setTimeout(done, BESIDE_MS)))]);
    clearTimeout(timer);
    if (served.child.exitCode !== null) {
      report(`the server ended with ${served.child.exitCode}`, request, served, `\n${served.stderr}`);
      break;
    }
  }
  await Promise.all(running);
  await served.heard();
  for (const [id, { request, status }] of outcomes) {
    const isWrite = ['PUT', 'POST', 'DELETE'].includes(request.method) && !/dryRun=true/.test(request.target);
    const type = served.recorded.get(id);
    if (type && status !== 0 && !(isWrite && status < 300))
      report(`answered ${status}, and recorded ${type}`, request, served);
  }
  if (served.stderr) fail('on stderr', served.stderr.slice(0, 4_000));
  const events = [...served.recorded.keys()].filter((id) => id.startsWith('fuzz-')).length;
  const code = await served.stop();
  if (code !== 0) fail('at the end', `the server ended with ${code}`);
  console.log(
    `authentication ${part}: ${outcomes.size} requests, ${JSON.stringify(statuses)}, ${events} of them recorded`,
  );
}

const startMs = performance.now();
const { requests: count, seed } = options;
await play('off', Math.ceil(count / 2), seed);
await play('on', Math.floor(count / 2), seed + 1);
for (const [kind, { count: times }] of findings) if (times > 1) console.log(`${times} × ${kind}`);
const took = ((performance.now() - startMs) / 1_000).toFixed(1);
console.log(`${findings.size === 0 ? 'no' : findings.size} defects, seed ${seed}, ${took} s`);
process.exit(findings.size === 0 ? 0 : 1);
