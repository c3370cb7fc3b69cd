import { expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { until } from '@conclave/processes';
import { Registry } from 'prom-client';
import { joinProcess } from './series.js';

const joined = (instance: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ instance });
  joinProcess(registry);
  return registry;
};

it('figures of the process hold no server that began in this process and is over', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const over = ((registry: Registry) => new WeakRef(registry))(joined('a'));
  await until('it is let go of', () => {
    collect();
    return over.deref() === undefined;
  });
});

it('figures of the process are told by each server under its own name, those without that are called like counters', async () => {
  await joined('a').metrics();
  const text = await joined('b').metrics();
  expect(text).toMatch(/^process_cpu_user_seconds_total\{instance="b"\} /m);
  expect(text).toMatch(/^nodejs_active_handles\{type="\w+",instance="b"\} /m);
  expect(text).not.toMatch(/instance="a"|nodejs_active_\w+_total/);
});
