// Loaded into a server (--import): how long the turns of its event loop take, by the time that its thread really ran, so that
// what other processes take of the machine does not count. From the first request on: nobody waits for a server that does not
// listen yet. SIGUSR2 writes down what was seen since the last one.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
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
  const begin = () => {
    unsubscribe('http.server.request.start', begin);
    last = process.threadCpuUsage();
    setImmediate(turn).unref();
  };
  subscribe('http.server.request.start', begin);
  process.on('SIGUSR2', () => {
    writeFileSync(TURNS_FILE, JSON.stringify({ most, over }));
    [most, over] = [0, 0];
  });
}
