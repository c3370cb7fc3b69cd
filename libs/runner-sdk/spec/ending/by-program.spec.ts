import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Runner, type LeadershipOver } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, Script, work } from '../scripted-conclave.fixture.js';

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
/** No server was told that the term is given back. */
const hasPromised = () => script.resigned.length > 0 || script.beats.some(({ released }) => released === 1);

describe('lead() with a signal of the program', () => {
  it('stops as stop() does: the work ends first, then the term is given back, and lead() resolves', async () => {
    const control = new AbortController();
    const log: string[] = [];
    const done = runner.lead(
      async ({ signal }) => {
        await until('it is told', () => signal.aborted);
        log.push(hasPromised() ? 'promised too early' : (signal.reason as LeadershipOver).stopCause);
      },
      { signal: control.signal },
    );
    await until('it works', () => runner.mayProcess());
    control.abort();
    await done;
    expect([log, script.resigned, runner.status]).toEqual([['stopping'], ['away'], 'stopped']);
  });

  it('that was aborted before: nobody hears of this runner', async () => {
    const log: string[] = [];
    await runner.lead(work(log), { signal: AbortSignal.abort() });
    expect([log, script.registrations, script.resigned, runner.status]).toEqual([[], 0, [], 'stopped']);
  });

  it('keeps no listener of a runner that has ended', async () => {
    const control = new AbortController();
    const removed = jest.spyOn(control.signal, 'removeEventListener');
    const done = runner.lead(async () => undefined, { signal: control.signal });
    await runner.stop();
    await done;
    expect(removed).toHaveBeenCalledTimes(1);
  });

  it('that is none is refused, and the runner can lead yet', async () => {
    await expect(runner.lead(async () => undefined, { signal: {} as AbortSignal })).rejects.toThrow(
      new TypeError('lead(): signal must be an AbortSignal'),
    );
    expect([runner.status, script.registrations]).toEqual(['connecting', 0]);
    const log: string[] = [];
    void runner.lead(work(log));
    await until('it leads', () => runner.mayProcess());
  });
});
