// A process of its own, beside one that holds a lease: whoever is killed, stopped or stuck ends nothing, so this one does,
// when the lease is over that it was last told of, and when the other one is gone (the end of its input): it kills the
// programs of a session, and takes a file away. It is told in lines: `left <ms>`, `session <id>` (0: none).
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { aliveIn, signalSession } from './session.js';

const LOOK_MS = 50;
const file = process.argv[2];
const none = { leftMs: Infinity, monotonicMs: 0, wallMs: 0 };
let told = none;
let session = 0;
process.on('SIGUSR1', () => undefined); // no debugger here either
process.title = 'lease-guard'; // not by the name of what it guards: they must not be killed in one go

const isOver = (): boolean => {
  const elapsedMs = Math.max(performance.now() - told.monotonicMs, Date.now() - told.wallMs);
  return elapsedMs >= told.leftMs;
};

function endAll(): void {
  if (file !== undefined) rmSync(file, { force: true });
  // some may fork meanwhile
  for (let times = 0; session > 0 && times < 3 && aliveIn(session).length > 0; times++)
    signalSession(session, 'SIGKILL');
}

/** What has come meanwhile is read first: this process may have stood still, too. */
const look = (): void => {
  setImmediate(() => {
    if (!isOver()) return;
    told = none;
    endAll();
  });
};

setInterval(look, LOOK_MS);
createInterface(process.stdin)
  .on('line', (line) => {
    const [what, value] = line.split(' ');
    if (what === 'session') session = Number(value);
    else told = { leftMs: Number(value), monotonicMs: performance.now(), wallMs: Date.now() };
  })
  .on('close', () => {
    endAll();
    process.exit();
  });
