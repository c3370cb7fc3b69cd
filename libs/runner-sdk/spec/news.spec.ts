import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { Script, work } from './scripted-conclave.fixture.js';

let script: Script;
let runner: Runner;
let problems: string[];

beforeEach(async () => {
  script = new Script();
  await script.listen();
  runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  problems = [];
  runner.on('problem', ({ message }) => problems.push(message));
});
afterEach(async () => {
  await runner.stop().catch(() => undefined);
  script.close();
});

/** Beats that name a term are answered by nobody: what it leads by is the news alone. */
const standby = async (log: string[], answered = 2): Promise<void> => {
  script.answer = ({ term }) => (term === undefined ? { role: 'standby', term: 4 } : 'hang');
  void runner.lead(work(log));
  await until('a standby', () => script.beats.length > answered && script.session !== null);
};

/** It led in term 5, and was removed by somebody when it had stopped. */
const ledAndRemoved = async (log: string[], freezesAt: Script['freezesAt'] = null): Promise<void> => {
  await standby(log);
  script.push('elected', { term: 5, grant: { sequence: 2, leaseMs: 60_000, certificate: 'c' } });
  await until('working', () => log.length === 1);
  script.push('revoked', { term: 5 });
  await until('stopped', () => log.length === 2);
  script.freezesAt = freezesAt;
  script.answer = ({ released }) =>
    released === 5 ? { role: 'standby', term: 6 } : { status: 404, code: 'runner-unknown', detail: 'gone' };
};

describe('the news of an election (L14)', () => {
  it('of a server that has read less begins no term again after the runner was forgotten, and is known anew', async () => {
    // G2, L11: it led in term 5, and another leads in term 6
    const log: string[] = [];
    await ledAndRemoved(log);
    await until('known anew', () => script.registrations > 1);
    script.push('elected', { term: 5, grant: { sequence: 2, leaseMs: 60_000, certificate: 'c' } });
    const { length } = script.beats;
    script.answer = () => ({ role: 'standby', term: 6 });
    await until('it went on', () => script.beats.length > length + 1);
    expect(log).toEqual(['start 5', 'stop 5']);
    const { sequence } = script.beats.at(-2)!;
    script.push('elected', { term: 5, grant: { sequence, leaseMs: 60_000, certificate: 'c' } });
    await until('a reason to beat', () =>
      script.beats.some(({ term }) => term === 5 && script.beats.length > length + 2),
    );
    expect(log).toEqual(['start 5', 'stop 5']);
  });

  it('lets work begin before a beat of the term is answered, with the certificate', async () => {
    const log: string[] = [];
    await standby(log);
    script.push('elected', { term: 5, grant: { sequence: 2, leaseMs: 20_000, certificate: 'proof of 5' } });
    await until('working', () => log.length === 1);
    expect([log, runner.term, runner.mayProcess()]).toEqual([['start 5'], 5, true]);
    await until('its first beat of the term is under way', () => script.beats.some(({ term }) => term === 5));
  });

  it('counts from when that beat was sent, not from when the news came', async () => {
    // G2, L12
    let remainingMs = Infinity;
    script.answer = ({ term }) => (term === undefined ? { role: 'standby', term: 4 } : 'hang');
    const beganMs = performance.now();
    void runner.lead((context) => {
      remainingMs = context.remainingMs();
    });
    await until('ten beats', () => script.beats.length > 10);
    const sinceMs = performance.now() - beganMs;
    script.push('elected', { term: 5, grant: { sequence: 1, leaseMs: 60_000, certificate: 'c' } });
    await until('working', () => remainingMs < Infinity);
    // the first beat went out within a moment of the start; nine heartbeats of 60 ms × 0.8 came after it
    expect(remainingMs).toBeLessThan(60_000 * 0.99 - 9 * 48);
    expect(remainingMs).toBeGreaterThan(60_000 * 0.99 - sinceMs - 5_000);
  });

  it('is over when its time is over: the work stops by itself', async () => {
    const log: string[] = [];
    await standby(log);
    script.push('elected', {
      term: 5,
      grant: { sequence: script.beats.at(-1)!.sequence, leaseMs: 700, certificate: 'c' },
    });
    await until(
      'stopped, or never begun on a slow machine',
      () => log.length !== 1 && script.beats.length > 4,
    );
    expect([runner.mayProcess(), runner.term]).toEqual([false, null]);
  });

  it.each([
    ['a beat that it has not sent', { sequence: 4_000, leaseMs: 20_000, certificate: 'c' }],
    ['less than a beat may take', { sequence: 2, leaseMs: 250, certificate: 'c' }],
    ['nothing', { sequence: 2, leaseMs: 0, certificate: 'c' }],
    ['what is no number', { sequence: '2', leaseMs: 'long', certificate: 'c' }],
    ['no grant', undefined],
  ])('that brings %s is a reason to beat, no more', async (_, grant) => {
    const log: string[] = [];
    await standby(log);
    // the reply to a beat of before may come after the news, and be the last word on it
    script.answer = ({ term }) => (term === undefined ? { role: 'leader', term: 5 } : 'hang');
    script.push('elected', { term: 5, grant });
    await until('a beat that names the term', () => script.beats.some(({ term }) => term === 5));
    expect([log, runner.status, runner.mayProcess()]).toEqual([[], 'standby', false]);
  });

  it('of a term that was released is ignored (L11)', async () => {
    const log: string[] = [];
    await standby(log);
    script.push('elected', { term: 5 });
    script.push('revoked', { term: 5 });
    await until('declined', () => script.beats.some(({ released }) => released === 5));
    script.push('elected', { term: 5, grant: { sequence: 2, leaseMs: 20_000, certificate: 'c' } });
    const { length } = script.beats;
    await until('it went on', () => script.beats.length > length + 1);
    expect([log, runner.term]).toEqual([[], null]);
  });

  it('nor while it is unknown, and cannot register yet', async () => {
    const log: string[] = [];
    await ledAndRemoved(log, 'PUT');
    await until('it registers', () => script.registrations > 1);
    script.push('elected', { term: 5, grant: { sequence: 2, leaseMs: 60_000, certificate: 'c' } });
    script.push('elected', { term: 7 }); // once it has heard this one, it has heard the other
    await until('it has heard', () => runner['candidacy']['book'].claim === 7);
    expect(log).toEqual(['start 5', 'stop 5']);
  });

  it('comes before the reply to an older beat: that is no contradiction', async () => {
    const log: string[] = [];
    await standby(log);
    let answered = 0;
    script.answer = ({ term }) => {
      answered++;
      return {
        role: term === 5 ? 'leader' : 'standby',
        term: term === 5 ? 5 : 4,
        leaseMs: term === 5 ? 9_000 : 0,
      };
    };
    // what was read of the log for the reply was read before the election, and it comes after the news
    script.onBeat = async () => new Promise((resolve) => setTimeout(resolve, 150));
    const { length } = script.beats;
    await until('a beat is under way', () => script.beats.length > length);
    script.push('elected', { term: 5, grant: { sequence: 2, leaseMs: 20_000, certificate: 'c' } });
    await until('renewed by a beat', () => answered > 2 && script.beats.some(({ term }) => term === 5));
    expect([log, runner.mayProcess(), problems, script.shown]).toEqual([['start 5'], true, [], []]);
  });
});
