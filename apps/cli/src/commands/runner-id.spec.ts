import { expect, it } from '@jest/globals';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUuid } from '@conclave/kernel';
import { claimId, claimsOf, idOf } from './runner-id.js';

it.each([
  ['this very pid, as each life of a container has', String(process.pid)],
  ['nobody: a full disk left it empty', ''],
  ['a process that has ended', '4194304'],
])('an id whose file names %s is free', (_, text) => {
  const group = randomUuid();
  const folder = claimsOf(group)!;
  const id = claimId(group);
  const [file] = readdirSync(folder);
  writeFileSync(join(folder, file!), text);
  expect(claimId(group)).toBe(id);
  writeFileSync(join(folder, file!), String(process.ppid));
  expect(claimId(group)).toBe(`${id}-2`);
  rmSync(folder, { recursive: true });
});

it.each([
  ['(none)', 'none-'],
  ['-a.example', 'a.example'],
  ['..', 'host'],
  ['', 'host'],
  ['web 1', 'web-1'],
])('a machine called "%s" is "%s" as a runner', (name, id) => {
  expect(idOf(name)).toBe(id);
});
