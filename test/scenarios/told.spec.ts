import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tell } from './told.fixture.js';

const FOLDER = 'test/scenarios/told';
const files = readdirSync(FOLDER);

describe('what happens, in words', () => {
  it.each(files)('%s', (name) => {
    const path = join(FOLDER, name);
    const text = readFileSync(path, 'utf8');
    const now = tell(text);
    if (process.env.REWRITE) writeFileSync(path, now);
    expect(now).toBe(text);
  });

  it('every command has a scenario', () => {
    const verbs = new Set(
      files.flatMap((name) =>
        [...readFileSync(join(FOLDER, name), 'utf8').matchAll(/^\d[\d:]+ (?:\w+: )?([\w-]+)/gm)].map(
          (m) => m[1],
        ),
      ),
    );
    const all =
      'approve back configure deregister disconnected drain forgive lease-over pause pin register release resign restart resume silent taint time transfer unpin untaint withdraw';
    expect([...verbs].sort().join(' ')).toBe(all);
  });
});
