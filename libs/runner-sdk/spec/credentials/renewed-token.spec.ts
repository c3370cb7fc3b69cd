import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, Script } from '../scripted-conclave.fixture.js';

// A stream ends with the token that it was opened with, and a leader that has none is taken for dead in a fenced group.

let script: Script;
let runner: Runner;
let folder: string;
const renew = (token: string): void => {
  writeFileSync(`${folder}/new`, token);
  renameSync(`${folder}/new`, `${folder}/token`);
};
beforeEach(async () => {
  script = new Script();
  await script.listen();
  script.answer = leading();
  folder = mkdtempSync(join(tmpdir(), 'conclave-token-'));
  renew('first');
  runner = new Runner({ url: script.url, group: 'g', id: 'r', tokenFile: `${folder}/token`, signals: [] });
  runner.start();
  await until('it leads', () => runner.mayProcess());
});
afterEach(async () => {
  await runner.stop();
  script.close();
  rmSync(folder, { recursive: true });
});

it('with another token another stream is opened, and those before it are left when that is heard', async () => {
  await until('one is open', () => script.opened.length === 1);
  renew('second');
  await until('another one is opened', () => script.opened.includes('second'));
  renew('third');
  await until('and another', () => script.opened.includes('third'));
  expect(script.opened).toEqual(['first', 'second', 'third']);
  script.push('standby', {});
  await until('those before it are left', () => script.opened.length === 1);
  expect(script.opened).toEqual(['third']);
  expect(script.sessions).toBe(3);
});

it('with an empty file, or with none, what it held is shown, and nothing else is opened', async () => {
  for (const spoil of [() => renew(''), () => rmSync(`${folder}/token`)]) {
    spoil();
    const before = script.beats.length;
    await until('it beats on', () => script.beats.length > before + 20); // for longer than a lease
    expect([runner.mayProcess(), runner.term, script.shownWith]).toEqual([true, 1, 'first']);
  }
  expect(script.opened).toEqual(['first']);
  renew('second');
  await until('the new one is shown', () => script.opened.includes('second'));
});
