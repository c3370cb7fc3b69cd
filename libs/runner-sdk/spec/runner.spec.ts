import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, Script, work } from './scripted-conclave.fixture.js';

let script: Script;
let runner: Runner;
let statuses: string[];

beforeEach(async () => {
  script = new Script();
  await script.listen();
  runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  statuses = [];
  runner.on('status', (status) => statuses.push(status));
});
afterEach(async () => {
  await runner.stop().catch(() => undefined);
  script.close();
});

describe('runner', () => {
  it('registers, stands by, leads only with a granted lease, names its term and what was answered', async () => {
    void runner.lead(work([]));
    await until('standby', () => runner.status === 'standby');
    script.answer = leading();
    await until('leading', () => runner.status === 'leading');
    expect(runner.term).toBe(1);
    expect(runner.mayProcess()).toBe(true);
    const last = script.beats.at(-1)!;
    expect(last).toMatchObject({ term: 1 });
    expect(last.sequence - last.acked).toBe(1);
    expect(script.registrations).toBe(1);
  });

  it('an address may have blanks around it, as whatever it was read from leaves them', async () => {
    runner = new Runner({ url: [` ${script.url}/ `], group: 'g', id: 'r', signals: [] });
    void runner.lead(work([]));
    await until('standby', () => runner.status === 'standby');
  });

  it('loses its lease by its own clocks when nobody answers, before the server may elect another', async () => {
    // G2
    const log: string[] = [];
    script.answer = leading();
    void runner.lead(work(log));
    await until('leading', () => runner.status === 'leading');
    script.answer = () => 'hang';
    await until('lost', () => runner.status === 'lost');
    await until('the work has stopped', () => log.length === 2);
    expect(log).toEqual(['start 1', 'stop 1']);
    // a late grant of the same term
    script.answer = (beat) => ({ role: 'leader', term: 1, leaseMs: beat.term === 1 ? 1_000 : 0 });
    await until('released is told', () => script.beats.at(-1)!.released === 1);
    expect(script.beats.at(-1)!.term).toBeUndefined();
    expect(runner.mayProcess()).toBe(false);
    script.answer = leading(2);
    await until('leads again', () => runner.term === 2);
  });

  it('revoked: drains while it renews, then releases', async () => {
    const log: string[] = [];
    script.answer = leading();
    void runner.lead(work(log, 200));
    await until('leading', () => runner.status === 'leading');
    script.answer = (beat) => ({
      role: beat.released === 1 ? 'standby' : 'revoked',
      term: 1,
      leaseMs: beat.term === 1 ? 1_000 : 0,
    });
    script.push('revoked', { term: 1, cause: 'tainted' });
    await until('revoked', () => runner.status === 'revoked');
    const during = script.beats.length;
    await until('standby', () => runner.status === 'standby');
    expect(log).toEqual(['start 1', 'stop 1']);
    expect(script.beats.slice(during).some((b) => b.term === 1)).toBe(true);
    expect(script.beats.find((b) => b.released === 1)).not.toHaveProperty('term');
    expect(statuses).toEqual(['leading', 'revoked', 'standby']);
  });

  it('work that returns resigns; while that is under way no beat speaks of the term, and no work overlaps', async () => {
    // L11
    let runs = 0;
    let active = 0;
    let overlap = false;
    let letGo: () => void = () => undefined;
    script.onResign = () =>
      new Promise((resolve) => {
        letGo = resolve;
      });
    script.answer = leading();
    void runner.lead(async ({ signal }) => {
      overlap ||= ++active > 1;
      if (++runs > 1)
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve());
        });
      active--;
    });
    await until('ran once', () => runs === 1);
    const before = script.beats.length;
    script.answer = leading(2);
    await until(
      'more beats or not',
      () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 150)),
    );
    expect(script.beats.slice(before).filter((b) => b.released !== undefined || b.term === 1)).toEqual([]);
    letGo();
    await until('leads the next term', () => runs === 2);
    expect(script.resigned).toEqual([1]);
    expect(overlap).toBe(false);
  });

  it('stop(): stops the work, resigns, resolves; nothing begins after it', async () => {
    const log: string[] = [];
    script.answer = leading();
    const done = runner.lead(work(log, 50));
    await until('leading', () => runner.status === 'leading');
    await runner.stop();
    await done;
    expect(log).toEqual(['start 1', 'stop 1']);
    expect(script.resigned).toEqual(['away']);
    const beats = script.beats.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect([script.beats.length, runner.status, log.length]).toEqual([beats, 'stopped', 2]);
  });

  it('stop() while drained work is still owed: hands the term back whatever the cause was', async () => {
    // G5
    script.answer = leading();
    void runner.lead(work([], 100));
    await until('leading', () => runner.status === 'leading');
    script.answer = () => ({ role: 'revoked', term: 1, leaseMs: 1_000 });
    await until('revoked', () => runner.status === 'revoked');
    await runner.stop();
    expect(script.resigned).toEqual(['away']);
  });

  it('work that throws: the runner resigns and stops, lead() rejects with the error', async () => {
    script.answer = leading();
    await expect(
      runner.lead(async () => {
        throw new Error('boom');
      }),
    ).rejects.toThrow('boom');
    expect([runner.status, script.resigned]).toEqual(['stopped', [1, 'away']]);
  });

  it('unknown to the server: registers again', async () => {
    let known = false;
    script.answer = () => (known ? { role: 'standby', term: 0 } : { status: 404, code: 'runner-unknown' });
    runner.start();
    await until('registered again', () => {
      known = script.registrations > 1;
      return known;
    });
    await until('standby', () => runner.status === 'standby');
  });

  it('the gate alone: a revoked term is not renewed and not released, unless the program says that it stopped', async () => {
    script.answer = leading();
    runner.start();
    await until('leading', () => runner.mayProcess());
    script.answer = (beat) => ({
      role: beat.released === 1 ? 'standby' : 'revoked',
      term: 1,
      leaseMs: beat.term === 1 ? 1_000 : 0,
    });
    await until('revoked', () => runner.status === 'revoked');
    expect(runner.mayProcess()).toBe(false);
    const before = script.beats.length;
    await until('more beats', () => script.beats.length > before + 1);
    expect(script.beats.slice(before).some((b) => b.released !== undefined || b.term !== undefined)).toBe(
      false,
    );
    runner.release();
    await until('standby', () => runner.status === 'standby');
  });

  it('tells what is wrong with its options at once', () => {
    expect(() => new Runner({ url: 'nowhere', group: 'g', id: 'r' })).toThrow(/url must be like/);
    expect(() => new Runner({ url: script.url, group: 'g g', id: 'r' })).toThrow(
      /^Runner: group must be letters, digits, .*, not "g g"$/,
    );
  });
});

it('says whether a server answers it', async () => {
  expect(runner.isConnected).toBe(false);
  runner.start();
  await until('it is', () => runner.isConnected);
  script.answer = () => ({ status: 503, code: 'store-unavailable' });
  const told: boolean[] = [];
  runner.on('problem', () => told.push(runner.isConnected));
  await until('its beats fail', () => told.length > 1 && !told.includes(true));
  script.answer = leading();
  await until('it is again', () => runner.isConnected);
  await runner.stop();
  expect(runner.isConnected).toBe(false);
});
