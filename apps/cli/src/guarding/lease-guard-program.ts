// A process of its own, beside one that holds a lease: whoever is killed, stopped or stuck ends nothing, so this one does,
// when the lease is over that it was last told of, and when the other one is gone (the end of its input): it kills the
// programs of a process group, and takes a file away. It is told in lines: `left <ms>`, `group <id>` (0: none).
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const LOOK_MS = 50;
const file = process.argv[2];
const none = { leftMs: Infinity, monotonicMs: 0, wallMs: 0 };
let told = none;
let group = 0;
process.title = 'lease-guard'; // not by the name of what it guards: they must not be killed in one go

const isOver = (): boolean => {
  const elapsedMs = Math.max(performance.now() - told.monotonicMs, Date.now() - told.wallMs);
  return elapsedMs >= told.leftMs;
};

function endAll(): void {
  if (file !== undefined) rmSync(file, { force: true });
  try {
    if (group > 0) process.kill(-group, 'SIGKILL');
  } catch {
    // all of it has ended
  }
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
    if (what === 'group') group = Number(value);
    else told = { leftMs: Number(value), monotonicMs: performance.now(), wallMs: Date.now() };
  })
  .on('close', () => {
    endAll();
    process.exit();
  });
