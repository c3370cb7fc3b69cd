import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Runner, type RunnerStatus } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, work } from './scripted-conclave.fixture.js';
import { LeadingRunner } from './ending/leading-runner.fixture.js';

const its = new LeadingRunner();
const wait = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a runner that is stopped by its own work', () => {
  it('in the first line: the term is given back when the work has ended, not before', async () => {
    const log: string[] = [];
    const done = its.runner.lead(async () => {
      void its.runner.stop();
      for (let n = 0; n < 3; n++) await wait(100);
      log.push(its.hasPromised() ? 'promised too early' : 'held');
    });
    await done;
    expect([log, its.script.resigned, its.runner.status]).toEqual([['held'], ['away'], 'stopped']);
  });

  it('which waits for it: it goes on, since nothing can wait for its own end; lead() resolves when all is over', async () => {
    const log: string[] = [];
    await its.runner.lead(async ({ signal }) => {
      await wait(10);
      await its.runner.stop();
      log.push(signal.aborted && !its.hasPromised() ? 'told to stop' : 'not told');
    });
    expect([log, its.script.resigned, its.runner.status]).toEqual([['told to stop'], ['away'], 'stopped']);
  });

  it('by its listener, before it began: it never begins', async () => {
    const log: string[] = [];
    its.runner.on('status', (status) => void (status === 'leading' && its.runner.stop()));
    await its.runner.lead(work(log));
    expect([log, its.script.resigned, its.runner.status]).toEqual([[], ['away'], 'stopped']);
  });

  it('deregister() in the work is refused: it would promise that nothing runs', async () => {
    const said: unknown[] = [];
    await its.runner.lead(async () => {
      said.push(await its.runner.deregister().catch((error: Error) => error.message));
      void its.runner.stop();
    });
    expect(said).toEqual([expect.stringContaining('do not call it in the work')]);
    expect(its.script.left).toEqual([]);
  });
});

describe('a runner that is stopped from outside', () => {
  it('work that waits for that when it is told to stop goes on: nothing can wait for its own end', async () => {
    const log: string[] = [];
    void its.runner.lead(async ({ signal }) => {
      log.push('start');
      await new Promise<void>((done) => {
        const stop = async (): Promise<void> => {
          await its.runner.stop();
          done();
        };
        signal.addEventListener('abort', () => void stop());
      });
    });
    await until('it works', () => log.length === 1);
    await its.runner.stop();
    expect([its.script.resigned, its.runner.status]).toEqual([['away'], 'stopped']);
  });

  it('while the answer that elects it is under way: it gives that term back', async () => {
    let arrive!: () => void;
    const answered = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    [its.script.heartbeatMs, its.script.onBeat] = [2_000, async () => answered];
    void its.runner.lead(work([]));
    await until('it beats', () => its.script.beats.length === 1);
    const stopped = its.runner.stop();
    arrive();
    await stopped;
    expect([its.script.beats.length, its.script.resigned, its.script.lastBeats]).toEqual([
      1,
      ['away'],
      [undefined],
    ]);
  });

  it('as a standby, while its server stands still for longer than a try: it says so until that hears it', async () => {
    its.script.answer = () => ({ role: 'standby', term: 0 });
    its.runner.start();
    await until('it stands by', () => its.runner.status === 'standby');
    let tries = 0;
    its.script.onResign = async () => (++tries < 3 ? new Promise(() => undefined) : undefined);
    await its.runner.stop();
    expect([tries, its.script.resigned]).toEqual([3, ['away']]);
  });

  it('whose server hangs, as a standby: it waits two seconds for it', async () => {
    its.script.answer = () => ({ role: 'standby', term: 0 });
    its.runner.start();
    await until('it stands by', () => its.runner.status === 'standby');
    its.script.answer = () => 'hang';
    its.script.onResign = async () => new Promise(() => undefined);
    const beats = its.script.beats.length;
    await until('it waits for an answer', () => its.script.beats.length > beats);
    const beganMs = performance.now();
    await its.runner.stop();
    expect(performance.now() - beganMs).toBeLessThan(4_000);
  });
});

describe('with the gate alone', () => {
  const signal = 'SIGUSR2';
  const ignore = () => undefined; // the end of the process is not the runner's business then
  beforeEach(() => void process.on(signal, ignore));
  afterEach(() => void process.off(signal, ignore));

  const gated = async (): Promise<Runner> => {
    const one = new Runner({ url: its.script.url, group: 'g', id: 'r', signals: [signal] });
    one.start();
    await until('it may process', () => one.mayProcess());
    process.emit(signal, signal);
    await until('it may no more', () => !one.mayProcess());
    const [beats, renewing] = [its.script.beats.length, () => its.script.beats.at(-1)!.term === 1];
    await until('it beats on, and renews no more', () => its.script.beats.length > beats + 1 && !renewing());
    return one;
  };

  it.each(['stop', 'release'] as const)(
    'a signal promises nothing, since a job may be in progress; %s() does',
    async (how) => {
      const one = await gated();
      expect(its.hasPromised()).toBe(false);
      await one[how]();
      await until('it is told', () => its.script.resigned.length > 0);
      await until('it has stopped', () => one.status === 'stopped');
      expect(its.script.resigned).toEqual(['away']);
    },
  );

  it('whoever asks for the lead after the signal is told that it is over', async () => {
    const one = await gated();
    const log: string[] = [];
    await one.lead(work(log));
    expect([log, one.status]).toEqual([[], 'stopped']);
  });
});

describe('listeners', () => {
  it('that throw are told as a problem, and the work begins', async () => {
    const [problems, log]: string[][] = [[], []];
    its.runner.on('problem', ({ message }) => problems!.push(message));
    its.runner.on('status', (status) => {
      if (status === 'leading' || status === 'stopped') throw new Error(`broken at ${status}`);
    });
    const done = its.runner.lead(work(log!));
    await until('it works', () => log!.length === 1);
    await its.runner.stop();
    await done;
    expect(problems).toEqual(['broken at leading', 'broken at stopped']);
  });

  it('are told of the next term also where it follows at once', async () => {
    const told: [RunnerStatus, number | null][] = [];
    its.runner.on('status', (...news) => told.push(news));
    its.runner.start();
    await until('it may process', () => its.runner.mayProcess());
    its.script.answer = leading(2);
    its.runner.release();
    await until('it leads again', () => its.runner.term === 2);
    expect(told.filter(([status]) => status === 'leading')).toEqual([
      ['leading', 1],
      ['leading', 2],
    ]);
  });
});

it('names work that is none, and signals that there are not', async () => {
  await expect(its.runner.lead(undefined as never)).rejects.toThrow(
    new TypeError('lead() takes the work: a function'),
  );
  expect(() => new Runner({ url: 'http://a', group: 'g', id: 'r', signals: ['SIGTRM' as never] })).toThrow(
    /signals must be a list of signals that there are.*SIGTRM/,
  );
  for (const name of ['SIGKILL', 'SIGSTOP'] as const)
    expect(() => new Runner({ url: 'http://a', group: 'g', id: 'r', signals: [name] })).toThrow(/can hear/);
});
