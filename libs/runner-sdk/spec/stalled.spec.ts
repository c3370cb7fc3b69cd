import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Runner, type LeadContext } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, Script } from './scripted-conclave.fixture.js';

let script: Script;
let runner: Runner;
const statuses: string[] = [];
beforeEach(async () => {
  script = new Script();
  await script.listen();
  runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  runner.on('status', (status) => statuses.push(status));
});
afterEach(async () => {
  await runner.stop();
  script.close();
});
const failWith = (message: string): never => {
  throw new Error(message);
};

it.each([
  ['asks whether it leads', (context: LeadContext) => context.assertLeading()],
  ['fails because of it', (context: LeadContext) => failWith(`${context.remainingMs()} ms are left`)],
])('a process that stood still for its whole lease, and then %s, is a candidate again', async (_, act) => {
  const terms: number[] = [];
  script.answer = leading();
  let ended = false;
  const done = runner.lead((context) => {
    terms.push(context.term);
    if (terms.length > 1) return;
    for (const endMs = performance.now() + 1_100; performance.now() < endMs;); // no timer fires
    script.answer = leading(2);
    act(context);
  });
  void done.then(() => (ended = true)).catch(() => (ended = true));
  await until('it leads again, or has ended', () => terms.length === 2 || ended);
  expect([terms, statuses.includes('lost')]).toEqual([[1, 2], true]);
});
