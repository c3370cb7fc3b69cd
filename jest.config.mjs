import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const swcrc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
delete swcrc.exclude;
delete swcrc.$schema;
delete swcrc.jsc.baseUrl;
delete swcrc.jsc.paths;

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swcrc, swcrc: false, module: { type: 'es6' } }] },
  moduleNameMapper: {
    '^\\.\\./locales/index\\.js$': '<rootDir>/test/no-locales.mjs', // zod's 60 languages, read anew for each spec file
    '^@conclave/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testSequencer: '<rootDir>/test/longest-first.mjs',
  testTimeout: 90_000, // a slow, noisy machine starts a process in seconds
  maxWorkers: availableParallelism() + 2, // half of the time goes into waiting for real processes
  workerIdleMemoryLimit: '400MB', // what specs leave behind makes each collection of a worker longer
};
