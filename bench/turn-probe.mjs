// Loaded into a server (--import): how long the turns of its event loop take, by the time that its thread really ran, so that
// what other processes take of the machine does not count. SIGUSR2 writes down what was seen since the last one.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const { TURNS_FILE } = process.env;
if (isMainThread && TURNS_FILE) {
  let most = 0;
  let over = 0;
  let last = process.threadCpuUsage();
  const turn = () => {
    const now = process.threadCpuUsage();
    const ms = (now.user + now.system - last.user - last.system) / 1_000;
    last = now;
    most = Math.max(most, ms);
    if (ms > 20) over++;
    setImmediate(turn).unref();
  };
  setImmediate(turn).unref();
  process.on('SIGUSR2', () => {
    writeFileSync(TURNS_FILE, JSON.stringify({ most, over }));
    [most, over] = [0, 0];
  });
}
