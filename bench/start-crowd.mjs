// Runners that share nothing, as if each were a process of its own.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Runner } from '../dist/libs/runner-sdk/src/index.js';
import { processes } from '../dist/libs/runner-sdk/src/pace/process-wide.js';

const [url, first, count, groups] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const own = new AsyncLocalStorage();
const here = processes.current();
processes.current = () => own.getStore() ?? here;

let lost = 0;
const runners = Array.from({ length: count }, (_, n) => {
  const id = first + n;
  const runner = new Runner({ url, group: `g${id % groups}`, id: `r${id}`, signals: [] });
  runner.on('status', (status) => status === 'lost' && lost++);
  own.run({}, () => runner.start());
  return runner;
});
const isActive = ({ status }) => status === 'leading' || status === 'standby';
process.on('message', () => process.send({ active: runners.filter(isActive).length, lost }));
