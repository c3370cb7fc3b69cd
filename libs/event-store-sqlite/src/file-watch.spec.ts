import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropFolder } from '@conclave/processes';
import { FileWatch } from './file-watch.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-watch-'));
beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  jest.useRealTimers();
  dropFolder(folder);
});

it('a file may become smaller while it is written anew, and at no other time', async () => {
  const file = join(folder, 'c.db');
  writeFileSync(file, Buffer.alloc(300));
  const told: string[] = [];
  const watch = new FileWatch(file, (why) => told.push(why));
  await watch.whileItShrinks(async () => {
    truncateSync(file, 200);
    jest.advanceTimersByTime(5_000);
  });
  jest.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
  truncateSync(file, 100);
  jest.advanceTimersByTime(5_000);
  expect(told).toEqual([`the database file "${file}" was cut short while it was in use`]);
  watch.stop();
});
