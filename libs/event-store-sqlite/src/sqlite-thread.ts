import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';

// Loaded as a thread, in tests straight from TypeScript; hence the computed specifier and erasable syntax
// only.
import type { AppendRequest, AppendResult, NewRow, Page } from './rows.js';
import type { SqliteLog } from './sqlite-log.js';
import type { LogError } from './sqlite-open.js';
import type { Custody } from './closed-mark.js';

export type Request =
  | ({ id: number; op: 'append' } & AppendRequest)
  | { id: number; op: 'read-all'; after: number; limit: number }
  | { id: number; op: 'read-stream'; stream: string; from: number; limit: number }
  | { id: number; op: 'expire'; stream: string; before: string; now: string; limit: number }
  | { id: number; op: 'truncate'; stream: string; before: number; limit: number }
  | { id: number; op: 'begin'; stream: string; version: number; holder: NewRow }
  | { id: number; op: 'owe-wipe' }
  | { id: number; op: 'wipe' }
  | { id: number; op: 'close' };
export interface Failure {
  code: LogError['code'];
  message: string;
}
export type Reply =
  { id: number; error: Failure } | { id: number; result: AppendResult | Page | number | boolean | null };
/** First message of the thread, then arrays of replies, appends in commit order. */
export type Hello = { ready: true; problem: string | null } | { error: Failure };

type Opening = typeof import('./sqlite-open.js');
type Closing = typeof import('./closed-mark.js');
type Expiring = typeof import('./expired.js');

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const opening = (await import(`./sqlite-open.${extension}`)) as Opening;
const closing = (await import(`./closed-mark.${extension}`)) as Closing;
const expiring = (await import(`./expired.${extension}`)) as Expiring;

const failureOf = (error: unknown, doing: string): Failure => {
  const { code, message } = opening.explainFailure(error, doing);
  return { code, message };
};

/**
 * Takes everything that waits in the mailbox at once: all appends among it share one commit. While one commit
 * runs, the next batch gathers by itself.
 */
function serve(log: SqliteLog, port: MessagePort, custody: Custody): void {
  port.on('message', (first: Request[]) => {
    custody.before();
    const batch = [...first];
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      batch.push(...(next.message as Request[]));
    let appends: Extract<Request, { op: 'append' }>[] = [];
    /** What was written is noted as our own before anybody hears of it: what comes then may be somebody else's. */
    const reply = (replies: Reply[]) => {
      custody.after();
      port.postMessage(replies);
    };
    const flush = () => {
      if (appends.length > 0) reply(commit(log, appends, custody));
      appends = [];
    };
    for (const request of batch) {
      if (request.op === 'append') {
        appends.push(request);
        continue;
      }
      flush(); // keeps the order in which the caller asked
      reply([answer(log, request, custody)]);
      if (request.op === 'close') port.close();
    }
    flush();
  });
}

function commit(log: SqliteLog, requests: (AppendRequest & { id: number })[], custody: Custody): Reply[] {
  try {
    const results = log.appendAll(requests);
    return requests.map(({ id }, index) => ({ id, result: results[index]! }));
  } catch (error) {
    const failure = noted(custody, failureOf(error, 'writing'));
    return requests.map(({ id }) => ({ id, error: failure }));
  }
}

function answer(log: SqliteLog, request: Exclude<Request, { op: 'append' }>, custody: Custody): Reply {
  const { id } = request;
  try {
    switch (request.op) {
      case 'read-all':
        return { id, result: log.readAll(request.after, request.limit) };
      case 'read-stream':
        return { id, result: log.readStream(request.stream, request.from, request.limit) };
      case 'expire':
        return { id, result: log.expire(request.stream, request.limit, expiring.expiredBy(request)) };
      case 'truncate':
        return { id, result: log.truncate(request.stream, request.before, request.limit) };
      case 'begin':
        log.begin(request.stream, request.version, request.holder);
        return { id, result: null };
      case 'owe-wipe':
        log.oweWipe();
        return { id, result: null };
      case 'wipe':
        return { id, result: log.wipe() };
      case 'close':
        log.close();
        custody.closed();
        return { id, result: null };
    }
  } catch (error) {
    return { id, error: noted(custody, failureOf(error, request.op)) };
  }
}

/** What cannot be read or written may be damaged; only a full disk is not. */
function noted(custody: Custody, failure: Failure): Failure {
  if (failure.code !== 'store-full') custody.doubt();
  return failure;
}

if (parentPort && workerData?.conclaveLog) {
  const module = (await import(`./sqlite-log.${extension}`)) as { SqliteLog: typeof SqliteLog };
  try {
    const path = workerData.conclaveLog as string;
    const log = new module.SqliteLog(opening.openDatabase(path, closing.isAsClosed(path)));
    closing.dropMark(path);
    serve(log, parentPort, new closing.Custody(path));
    parentPort.postMessage({ ready: true, problem: log.problem } satisfies Hello);
  } catch (error) {
    parentPort.postMessage({ error: failureOf(error, 'opening') } satisfies Hello);
  }
}
