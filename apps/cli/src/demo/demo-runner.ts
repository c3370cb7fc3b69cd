import { Runner } from '@conclave/runner-sdk';
import { machineMs } from './machine-time.js';

// One runner of the demo, a process of its own so that it can really be killed. Tells its parent what happens
// to it.
const [url, group, id] = process.argv.slice(2) as [string, string, string];
const say = (event: string, term: number | null) => process.send?.({ event, term, atMs: machineMs() });

const runner = new Runner({ url, group, id, platform: 'demo' });
runner.on('status', (status, term) => say(status, term));
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')); // never outlives the demo
await runner.lead(async ({ signal }) => {
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
});
