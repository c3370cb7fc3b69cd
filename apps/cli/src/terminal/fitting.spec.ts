import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { fitted, GAP } from './fitting.js';

const WHY = 'runner "a" is tainted maintenance until noon, and runner "b" was never heard';
const TIME = '2026-11-24T14:03:00.000Z';
/** Of the widest line, once the columns stand side by side. */
const widthOf = (rows: string[][]): number =>
  rows[0]!
    .map((_, n) => Math.max(...rows.flatMap((row) => row[n]!.split('\n').map((line) => stringWidth(line)))))
    .reduce((a, b) => a + b + GAP.length);

describe('a table in a terminal', () => {
  it('is left as it is where there is room', () => {
    const rows = [
      ['group', 'why'],
      ['deploy', WHY],
    ];
    expect(fitted(rows, 200)).toEqual(rows);
  });

  it('breaks sentences, not ids and times', () => {
    const [, [group, since, why]] = fitted(
      [
        ['group', 'since', 'why'],
        ['deploy', TIME, WHY],
      ],
      80,
    ) as [string[], [string, string, string]];
    expect([group, since]).toEqual(['deploy', TIME]);
    expect(why.split('\n').length).toBeGreaterThan(1);
    expect(why.replaceAll('\n', ' ')).toBe(WHY);
  });

  it.each([[120], [80], [40], [20], [12]])('is never wider than %s columns', (width) => {
    const rows = [
      ['#', 'time', 'what happened', 'by'],
      ['17', TIME, `${WHY} ${'x'.repeat(100)}`, 'claimed:ana'],
      ['18', TIME, '東京'.repeat(30), 'nobody'],
    ];
    const told = fitted(rows, width);
    expect(widthOf(told)).toBeLessThanOrEqual(width);
    expect(told.map((row) => row.map((cell) => cell.replaceAll(/\s/g, '')))).toEqual(
      rows.map((row) => row.map((cell) => cell.replaceAll(/\s/g, ''))),
    );
  });
});
