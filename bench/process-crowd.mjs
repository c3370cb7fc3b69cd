// One process with many runners, each in a group of its own, as an agent has that serves many queues.
import { Runner } from '../dist/libs/runner-sdk/src/index.js';

const [url, id, groups] = [process.argv[2], process.argv[3], Number(process.argv[4])];
let lost = 0;
const runners = Array.from({ length: groups }, (_, n) => {
  const runner = new Runner({ url, group: `g${n}`, id, signals: [] });
  runner.on('status', (status) => status === 'lost' && lost++);
  runner.start();
  return runner;
});
const leads = () => runners.filter((one) => one.mayProcess()).length;
process.on('message', () => process.send({ leads: leads(), lost }));
