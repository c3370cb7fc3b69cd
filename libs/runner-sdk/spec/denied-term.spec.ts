import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, Script, work, type Answer } from './scripted-conclave.fixture.js';

let script: Script;
let runner: Runner;

beforeEach(async () => {
  script = new Script();
  await script.listen();
  runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
});
afterEach(async () => {
  await runner.stop().catch(() => undefined);
  script.close();
});

describe('a term that a server does not know', () => {
  it.each<[string, Answer, RegExp]>([
    [
      'answers a lower term',
      { role: 'standby', term: 4 },
      /says that group "g" is in term 4, but this runner has seen term 5/,
    ],
    [
      'does not know its term',
      { status: 404, code: 'term-unknown', detail: 'the log ends with term 4' },
      /the log ends with term 4/,
    ],
    [
      'does not know it at all',
      { status: 404, code: 'runner-unknown', detail: 'no such runner' },
      /no such runner/,
    ],
  ])(
    'a server that %s, perhaps with a restored log: work stops, it says why, and shows its certificate',
    async (_, answer, why) => {
      // G1
      const log: string[] = [];
      const problems: string[] = [];
      runner.on('problem', ({ message }) => problems.push(message));
      script.answer = (beat) => ({
        ...(leading(5)(beat) as object),
        ...(beat.term === 5 && { certificate: 'proof of 5' }),
      });
      void runner.lead(work(log));
      await until('leading', () => runner.status === 'leading');
      script.answer = () => answer;
      await until(
        'stopped, with a reason, and shown',
        () => log.length === 2 && script.shown.length > 0 && problems.length > 1,
      );
      expect([log, runner.mayProcess(), script.shown[0]]).toEqual([
        ['start 5', 'stop 5'],
        false,
        'proof of 5',
      ]);
      expect(problems[0]).toMatch(why);
      expect(problems.join()).toContain('stopped until somebody has looked at its log: it is another log');
    },
  );

  it('a server whose log was wiped has it lead again: nothing is said any more of a term that there never was', async () => {
    const log: string[] = [];
    script.answer = leading(5);
    void runner.lead(work(log));
    await until('leading', () => runner.status === 'leading');
    let knows = false;
    script.answer = (beat) => {
      if (!knows) {
        knows = true; // it registers, and its work stops
        return { status: 404, code: 'runner-unknown', detail: 'no such runner' };
      }
      if ((beat.term ?? 0) > 6 || beat.released !== undefined)
        return { status: 404, code: 'term-unknown', detail: 'no such term' };
      return leading(6)(beat);
    };
    await until('leading again', () => log.includes('start 6'));
    expect(log).toEqual(['start 5', 'stop 5', 'start 6']);
  });

  it('a group that was deleted is no more joined: the runner ends, and says why', async () => {
    const log: string[] = [];
    script.answer = (beat) => ({ ...(leading(5)(beat) as object), certificate: 'proof of 5' });
    const ended = runner.lead(work(log));
    await until('leading', () => runner.status === 'leading');
    script.answer = () => ({ status: 410, code: 'group-deleted', detail: 'it was deleted by ana' });
    await expect(ended).rejects.toMatchObject({ code: 'group-deleted', message: 'it was deleted by ana' });
    expect([log, script.shown[0]]).toEqual([['start 5', 'stop 5'], 'proof of 5']); // perhaps with a restored log
    await until('it has stopped', () => runner.status === 'stopped');
  });

  it('a registration that no server can make anything of is the last: the runner ends, and says why', async () => {
    const newer = new Script();
    await newer.listen();
    script.isAtALoss = true;
    const two = new Runner({ url: [script.url, newer.url], group: 'g', id: 'two', signals: [] });
    two.start();
    await until('the newer one takes it', () => two.status === 'standby');
    await two.stop();
    newer.close();
    await expect(runner.lead(work([]))).rejects.toMatchObject({
      code: 'invalid-request',
      message: '/labels: too new',
    });
    await until('it has stopped', () => runner.status === 'stopped');
    expect(script.registrations).toBe(2);
  });

  it('a server that does not want to see a certificate is asked once, and the runner goes on', async () => {
    script.takesEvidence = false;
    script.answer = (beat) => ({ ...(leading(5)(beat) as object), certificate: 'proof of 5' });
    void runner.lead(work([]));
    await until('leading', () => runner.status === 'leading');
    script.answer = (beat) =>
      beat.term === 5 ? { status: 404, code: 'term-unknown', detail: 'no' } : { role: 'standby', term: 6 };
    await until('standby again', () => runner.status === 'standby');
    expect(script.shown).toEqual(['proof of 5']);
  });

  it('a standby that has seen a higher term than the server does not keep that to itself', async () => {
    const problems: string[] = [];
    runner.on('problem', ({ message }) => problems.push(message));
    script.answer = (beat) => ({ ...(leading(5)(beat) as object), certificate: 'proof of 5' });
    void runner.lead(async () => {
      /* done for now */
    });
    await until('has led', () => script.resigned.length > 0);
    script.answer = () => ({ role: 'standby', term: 4 });
    await until('shown', () => script.shown.length > 0);
    expect(problems[0]).toMatch(/in term 4, but this runner has seen term 5/);
    script.answer = () => ({ role: 'standby', term: 6 });
    await until('standby', () => runner.status === 'standby');
  });
});
