import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Runner, type RunnerStatus } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, Script, work } from './scripted-conclave.fixture.js';

let script: Script;
let runner: Runner;
beforeEach(async () => {
  script = new Script();
  await script.listen();
  script.answer = leading();
  runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
});
afterEach(async () => {
  await runner.stop();
  script.close();
});
const wait = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** No server was told that the term is given back. */
const hasPromised = () => script.resigned.length > 0 || script.beats.some(({ released }) => released === 1);

describe('a runner that is stopped by its own work', () => {
  it('in the first line: the term is given back when the work has ended, not before', async () => {
    const log: string[] = [];
    const done = runner.lead(async () => {
      void runner.stop();
      for (let n = 0; n < 3; n++) await wait(100);
      log.push(hasPromised() ? 'promised too early' : 'held');
    });
    await done;
    expect([log, script.resigned, runner.status]).toEqual([['held'], ['away'], 'stopped']);
  });

  it('which waits for it: it goes on, since nothing can wait for its own end; lead() resolves when all is over', async () => {
    const log: string[] = [];
    await runner.lead(async ({ signal }) => {
      await wait(10);
      await runner.stop();
      log.push(signal.aborted && !hasPromised() ? 'told to stop' : 'not told');
    });
    expect([log, script.resigned, runner.status]).toEqual([['told to stop'], ['away'], 'stopped']);
  });

  it('by its listener, before it began: it never begins', async () => {
    const log: string[] = [];
    runner.on('status', (status) => void (status === 'leading' && runner.stop()));
    await runner.lead(work(log));
    expect([log, script.resigned, runner.status]).toEqual([[], ['away'], 'stopped']);
  });

  it('deregister() in the work is refused: it would promise that nothing runs', async () => {
    const said: unknown[] = [];
    await runner.lead(async () => {
      said.push(await runner.deregister().catch((error: Error) => error.message));
      void runner.stop();
    });
    expect(said).toEqual([expect.stringContaining('do not call it in the work')]);
    expect(script.left).toEqual([]);
  });
});

describe('a runner that is stopped from outside', () => {
  it('work that waits for that when it is told to stop goes on: nothing can wait for its own end', async () => {
    const log: string[] = [];
    void runner.lead(async ({ signal }) => {
      log.push('start');
      await new Promise<void>((done) => {
        const stop = async (): Promise<void> => {
          await runner.stop();
          done();
        };
        signal.addEventListener('abort', () => void stop());
      });
    });
    await until('it works', () => log.length === 1);
    await runner.stop();
    expect([script.resigned, runner.status]).toEqual([['away'], 'stopped']);
  });

  it('while the answer that elects it is under way: it gives that term back', async () => {
    let arrive!: () => void;
    const answered = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    [script.heartbeatMs, script.onBeat] = [2_000, async () => answered];
    void runner.lead(work([]));
    await until('it beats', () => script.beats.length === 1);
    const stopped = runner.stop();
    arrive();
    await stopped;
    expect([script.beats.length, script.resigned, script.lastBeats]).toEqual([1, ['away'], [undefined]]);
  });

  it('as a standby, while its server stands still for longer than a try: it says so until that hears it', async () => {
    script.answer = () => ({ role: 'standby', term: 0 });
    runner.start();
    await until('it stands by', () => runner.status === 'standby');
    let tries = 0;
    script.onResign = async () => (++tries < 3 ? new Promise(() => undefined) : undefined);
    await runner.stop();
    expect([tries, script.resigned]).toEqual([3, ['away']]);
  });

  it('whose server hangs, as a standby: it waits two seconds for it', async () => {
    script.answer = () => ({ role: 'standby', term: 0 });
    runner.start();
    await until('it stands by', () => runner.status === 'standby');
    script.answer = () => 'hang';
    script.onResign = async () => new Promise(() => undefined);
    const beats = script.beats.length;
    await until('it waits for an answer', () => script.beats.length > beats);
    const beganMs = performance.now();
    await runner.stop();
    expect(performance.now() - beganMs).toBeLessThan(4_000);
  });
});

describe('with the gate alone', () => {
  const signal = 'SIGUSR2';
  const ignore = () => undefined; // the end of the process is not the runner's business then
  beforeEach(() => void process.on(signal, ignore));
  afterEach(() => void process.off(signal, ignore));

  const gated = async (): Promise<Runner> => {
    const one = new Runner({ url: script.url, group: 'g', id: 'r', signals: [signal] });
    one.start();
    await until('it may process', () => one.mayProcess());
    process.emit(signal, signal);
    await until('it may no more', () => !one.mayProcess());
    const [beats, renewing] = [script.beats.length, () => script.beats.at(-1)!.term === 1];
    await until('it beats on, and renews no more', () => script.beats.length > beats + 1 && !renewing());
    return one;
  };

  it.each(['stop', 'release'] as const)(
    'a signal promises nothing, since a job may be in progress; %s() does',
    async (how) => {
      const one = await gated();
      expect(hasPromised()).toBe(false);
      await one[how]();
      await until('it is told', () => script.resigned.length > 0);
      await until('it has stopped', () => one.status === 'stopped');
      expect(script.resigned).toEqual(['away']);
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
    runner.on('problem', ({ message }) => problems!.push(message));
    runner.on('status', (status) => {
      if (status === 'leading' || status === 'stopped') throw new Error(`broken at ${status}`);
    });
    const done = runner.lead(work(log!));
    await until('it works', () => log!.length === 1);
    await runner.stop();
    await done;
    expect(problems).toEqual(['broken at leading', 'broken at stopped']);
  });

  it('are told of the next term also where it follows at once', async () => {
    const told: [RunnerStatus, number | null][] = [];
    runner.on('status', (...news) => told.push(news));
    runner.start();
    await until('it may process', () => runner.mayProcess());
    script.answer = leading(2);
    runner.release();
    await until('it leads again', () => runner.term === 2);
    expect(told.filter(([status]) => status === 'leading')).toEqual([
      ['leading', 1],
      ['leading', 2],
    ]);
  });
});

it('names work that is none, and signals that there are not', async () => {
  await expect(runner.lead(undefined as never)).rejects.toThrow(
    new TypeError('lead() takes the work: a function'),
  );
  expect(() => new Runner({ url: 'http://a', group: 'g', id: 'r', signals: ['SIGTRM' as never] })).toThrow(
    /signals must be a list of signals that there are.*SIGTRM/,
  );
  for (const name of ['SIGKILL', 'SIGSTOP'] as const)
    expect(() => new Runner({ url: 'http://a', group: 'g', id: 'r', signals: [name] })).toThrow(/can hear/);
});
