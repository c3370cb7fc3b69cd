import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
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

it('one that makes another runner when the first one has stopped ends, too, when that has stopped', async () => {
  const stopped: string[] = [];
  const listen = (name: string, then: () => void = () => undefined): void => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const stop = async (): Promise<void> => {
      stopped.push(name);
      then();
      end();
    };
    onSignals([SIGNAL], stop, ended);
  };
  const sent = jest.spyOn(process, 'kill').mockReturnValue(true);
  listen('first', () => listen('second'));
  process.emit(SIGNAL);
  for (let n = 0; n < 10; n++) await new Promise(setImmediate);
  expect([stopped, sent.mock.calls]).toEqual([['first', 'second'], [[process.pid, SIGNAL]]]);
});

it('another copy of this package is no program that listens: of both together it ends', async () => {
  jest.resetModules();
  const another = await import('../src/signals.js');
  expect(another.onSignals).not.toBe(onSignals);
  let endOther!: () => void;
  const ended = new Promise<void>((resolve) => (endOther = resolve));
  expect(await told(() => another.onSignals([SIGNAL], async () => endOther(), ended))).toBe(1);
});

describe('Ctrl-C again while something has not stopped', () => {
  let atMs = 0;
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockImplementation(() => atMs);
    jest.spyOn(Date, 'now').mockImplementation(() => atMs);
  });
  afterEach(() => void process.removeAllListeners('SIGINT'));

  /** What the process has sent to itself after it was pressed at each of these times. */
  async function sentAfter(presses: number[], signal: NodeJS.Signals = 'SIGINT'): Promise<unknown[]> {
    const sent = jest.spyOn(process, 'kill').mockReturnValue(true);
    const never = new Promise<void>(() => undefined);
    onSignals([signal], async () => never, never);
    for (atMs of presses) process.emit(signal);
    for (let n = 0; n < 5; n++) await new Promise(setImmediate);
    process.removeAllListeners(signal);
    return sent.mock.calls;
  }

  it('ends the process as it would have without us', async () => {
    expect(await sentAfter([0, 1_001])).toEqual([[process.pid, 'SIGINT']]);
  });

  it('comes twice at once from npm, which passes it on: that is one press', async () => {
    expect(await sentAfter([0, 5, 900])).toEqual([]);
  });

  it('a supervisor that repeats SIGTERM waits for what is in progress', async () => {
    expect(await sentAfter([0, 60_000], SIGNAL)).toEqual([]);
  });

  it('a program that listens ends when it wants to', async () => {
    process.on('SIGINT', () => undefined);
    expect(await sentAfter([0, 60_000])).toEqual([]);
  });
});
