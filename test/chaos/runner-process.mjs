// Several runners with the SDK in one process, each writing down, on the machine's monotonic clock, from when
// until when it believes that it leads. The file is the only witness: it is written before anything else
// happens.
import { openSync, writeSync } from 'node:fs';
import { Runner } from '../../dist/libs/runner-sdk/src/index.js';

const { urls, runners, file } = JSON.parse(process.argv[2]);
const out = openSync(file, 'a');
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const write = (entry) => writeSync(out, `${JSON.stringify(entry)}\n`);

for (const { group, id } of runners) {
  const from = Math.floor(Math.random() * urls.length);
  const runner = new Runner({ url: [...urls.slice(from), ...urls.slice(0, from)], group, id, signals: [] });
  const about = { group, runner: id, incarnation: runner.incarnation };
  void runner
    .lead(async ({ term, signal, remainingMs }) => {
      let told = 0;
      while (!signal.aborted) {
        const untilMs = nowMs() + remainingMs();
        if (remainingMs() > 0 && untilMs > told + 1)
          write({ ...about, term, atMs: nowMs(), untilMs: (told = untilMs) });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      write({ ...about, term, atMs: nowMs(), stopped: true });
    })
    .catch(() => undefined);
}
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
