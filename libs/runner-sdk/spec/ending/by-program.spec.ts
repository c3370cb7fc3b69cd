import { describe, expect, it, jest } from '@jest/globals';
import type { LeadershipOver } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { work } from '../scripted-conclave.fixture.js';
import { LeadingRunner } from './leading-runner.fixture.js';

const its = new LeadingRunner();

describe('lead() with a signal of the program', () => {
  it('stops as stop() does: the work ends first, then the term is given back, and lead() resolves', async () => {
    const control = new AbortController();
    const log: string[] = [];
    const done = its.runner.lead(
      async ({ signal }) => {
        await until('it is told', () => signal.aborted);
        log.push(its.hasPromised() ? 'promised too early' : (signal.reason as LeadershipOver).stopCause);
      },
      { signal: control.signal },
    );
    await until('it works', () => its.runner.mayProcess());
    control.abort();
    await done;
    expect([log, its.script.resigned, its.runner.status]).toEqual([['stopping'], ['away'], 'stopped']);
  });

  it('that was aborted before: nobody hears of this runner', async () => {
    const log: string[] = [];
    await its.runner.lead(work(log), { signal: AbortSignal.abort() });
    expect([log, its.script.registrations, its.script.resigned, its.runner.status]).toEqual([
      [],
      0,
      [],
      'stopped',
    ]);
  });

  it('keeps no listener of a runner that has ended', async () => {
    const control = new AbortController();
    const removed = jest.spyOn(control.signal, 'removeEventListener');
    const done = its.runner.lead(async () => undefined, { signal: control.signal });
    await its.runner.stop();
    await done;
    expect(removed).toHaveBeenCalledTimes(1);
  });

  it('that is none is refused, and the runner can lead yet', async () => {
    await expect(its.runner.lead(async () => undefined, { signal: {} as AbortSignal })).rejects.toThrow(
      new TypeError('lead(): signal must be an AbortSignal'),
    );
    expect([its.runner.status, its.script.registrations]).toEqual(['connecting', 0]);
    const log: string[] = [];
    void its.runner.lead(work(log));
    await until('it leads', () => its.runner.mayProcess());
  });
});
