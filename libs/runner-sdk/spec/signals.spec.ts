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
