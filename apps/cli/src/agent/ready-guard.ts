// A process of its own, beside an agent: `ready-guard.js <file>`. Whoever is killed or stopped removes nothing, so this one
// takes the ready file away when the lease is over that it was last told of (a line with the ms that are left), and when the
// agent is gone (the end of its input).
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const LOOK_MS = 50;
const path = process.argv[2]!;
const none = { leftMs: Infinity, monotonicMs: 0, wallMs: 0 };
let told = none;

const isOver = (): boolean => {
  const elapsedMs = Math.max(performance.now() - told.monotonicMs, Date.now() - told.wallMs);
  return elapsedMs >= told.leftMs;
};

/** What has come meanwhile is read first: this process may have stood still, too. */
const look = (): void => {
  setImmediate(() => {
    if (!isOver()) return;
    told = none;
    rmSync(path, { force: true });
  });
};

setInterval(look, LOOK_MS);
createInterface(process.stdin)
  .on('line', (line) => {
    told = { leftMs: Number(line), monotonicMs: performance.now(), wallMs: Date.now() };
  })
  .on('close', () => {
    rmSync(path, { force: true });
    process.exit();
  });
