import { expect, it } from '@jest/globals';
import { ProgressRecord } from './progress-record.js';

/** How often it is written in ten minutes, where there is news all the time. */
async function written(behind: number): Promise<number> {
  let count = 0;
  const record = new ProgressRecord(
    async () => {
      count++;
      return behind;
    },
    (error) => {
      throw error;
    },
  );
  for (let nowMs = 0; nowMs < 600_000; nowMs += 250) {
    record.hasNews = true;
    record.tick(nowMs);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
  return count;
}

it('how far a webhook is takes the log no more than a kilobyte a second, however many groups are behind', async () => {
  expect(await written(0)).toBe(600);
  expect(await written(10)).toBe(300);
  expect(await written(200)).toBeLessThan(30);
});
