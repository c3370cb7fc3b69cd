import { afterEach, expect, it, jest } from '@jest/globals';
import { onSignals } from '../src/signals.js';

const SIGNAL = 'SIGUSR2';
afterEach(() => {
  jest.restoreAllMocks();
  process.removeAllListeners(SIGNAL);
});

/** A program, and what it sends to itself when the runner has stopped. */
async function told(listen: () => void): Promise<number> {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const sent = jest.spyOn(process, 'kill').mockReturnValue(true);
  listen();
  onSignals([SIGNAL], async () => end(), ended);
  process.emit(SIGNAL);
  await ended;
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
  return sent.mock.calls.length;
}

it.each<[string, 'on' | 'once']>([
  ['always', 'on'],
  ['once', 'once'],
])('a program that listens %s ends when it wants to', async (_, how) => {
  expect(await told(() => process[how](SIGNAL, () => undefined))).toBe(0);
});

it('one that does not listen ends as it would have without us', async () => {
  expect(await told(() => undefined)).toBe(1);
});

it('another copy of this package is no program that listens: of both together it ends', async () => {
  jest.resetModules();
  const another = await import('../src/signals.js');
  expect(another.onSignals).not.toBe(onSignals);
  let endOther!: () => void;
  const ended = new Promise<void>((resolve) => (endOther = resolve));
  expect(await told(() => another.onSignals([SIGNAL], async () => endOther(), ended))).toBe(1);
});
