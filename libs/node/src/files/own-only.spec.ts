import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIf } from '@conclave/processes';
import { keepToItself } from './own-only.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'conclave-own-only-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describeIf(process.getuid?.() === 0, 'needs root')("a secret that is another user's", () => {
  it.each([
    ['that is lent to a group of this process stays as it is', 0, 0o440, 0o440],
    ['that its group can write, too, is taken back', 0, 0o660, 0o600],
    ['that everybody can read is taken back', 0, 0o444, 0o600],
    ['of a group that this process is not in is taken back', 65_534, 0o440, 0o600],
  ])('%s', (_, group, mode, then) => {
    const path = join(folder, 'tokens.json');
    writeFileSync(path, '');
    chownSync(path, 65_534, group);
    chmodSync(path, mode);
    const told: string[] = [];
    keepToItself(path, (message) => told.push(message));
    expect([statSync(path).mode & 0o777, told.length]).toEqual([then, mode === then ? 0 : 1]);
  });
});
