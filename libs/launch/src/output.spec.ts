import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Output } from './output.js';

let folder: string;
let pipe: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-output-'));
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  pipe = openSync(join(folder, 'pipe'), constants.O_RDWR); // one that waits, as those that a shell makes
});
afterEach(() => {
  closeSync(pipe);
  rmSync(folder, { recursive: true });
});

const taken = (): string => {
  const bytes = Buffer.alloc(64 * 1024);
  return bytes.toString('utf8', 0, readSync(pipe, bytes));
};
const line = (n: number): string => `${String(n).padStart(1_023, '.')}\n`;

describe('output', () => {
  it('waits for nobody: what a reader that comes late finds is in order, and says how much was lost', () => {
    const output = new Output(pipe, (lines) => `${lines} lost\n`);
    for (let n = 0; n < 1_000; n++) output.write(line(n));
    let text = '';
    while (!text.endsWith('lost\n')) {
      text += taken();
      output.flush();
    }
    const kept = 64 + 256; // a pipe has room for 64 kB
    const expected = Array.from({ length: kept }, (_, n) => line(n)).join('');
    expect(text).toBe(`${expected}${1_000 - kept} lost\n`);
    output.write('more\n');
    expect(taken()).toBe('more\n');
  });

  it('leaves the descriptor to others as it was: they wait for room', () => {
    new Output(pipe, String).write('x');
    const flags = spawnSync('sh', ['-c', 'cat /proc/self/fdinfo/3'], {
      stdio: ['ignore', 'pipe', 'pipe', pipe],
    });
    const octal = /flags:\s+(\d+)/.exec(flags.stdout.toString())![1]!;
    expect(Number.parseInt(octal, 8) & constants.O_NONBLOCK).toBe(0);
  });
});
