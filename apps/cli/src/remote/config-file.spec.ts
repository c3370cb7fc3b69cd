import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { configFile } from './config-file.js';

it.each([
  ['{"url":"http://c:7600","urls":1}', 'Unrecognized key: "urls"'],
  ['{"url":""}', 'expected string to have >=1 characters   → at url'],
  ['{"as":7}', 'expected string, received number   → at as'],
  ['[]', 'expected object, received array'],
])('a config file %s is told what is wrong with it', (text, told) => {
  const path = join(mkdtempSync(join(tmpdir(), 'conclave-config-')), 'config.json');
  writeFileSync(path, text);
  expect(() => configFile({ CONCLAVE_CONFIG: path })).toThrow(told);
});

it('a home that is no folder has no config file; one that cannot be read is told of', () => {
  expect(configFile({ XDG_CONFIG_HOME: '/dev/null' })).toEqual({}); // as HOME=/dev/null of a system user
  const folder = mkdtempSync(join(tmpdir(), 'conclave-config-'));
  mkdirSync(join(folder, 'conclave', 'config.json'), { recursive: true });
  expect(() => configFile({ XDG_CONFIG_HOME: folder })).toThrow('EISDIR');
  expect(() => configFile({ CONCLAVE_CONFIG: '/dev/null/config.json' })).toThrow('ENOTDIR');
});
