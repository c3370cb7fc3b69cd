import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogVerifier } from '@conclave/audit';
import { canonicalText } from '@conclave/event-store';
import { DAMAGES } from './damaged-file.fixture.js';
import { eventsOf } from './log-file.js';

// Somebody changes the bytes of an export. A careful one makes the footer fit again.

const whole = readFileSync('test/scenarios/lease-group.ndjson', 'utf8');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-sealed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (content: string | Buffer): string => {
  const file = join(folder, 'changed.ndjson');
  writeFileSync(file, content);
  return file;
};
/** What is said of a file; empty if nothing is wrong. */
async function saidOf(file: string): Promise<string> {
  const verifier = new LogVerifier();
  try {
    for await (const event of eventsOf(file)) verifier.take(event);
  } catch (error) {
    return (error as Error).message;
  }
  const { log, groups } = verifier.finish();
  return [...log, ...groups.flatMap((group) => group.violations)]
    .map(({ rule, version, words }) => `${rule} ${version}: ${words}`)
    .join('\n');
}
/** The footer says what stands before it. */
function sealed(lines: string[]): string {
  const events = lines.filter((line) => line.includes('"stream"')).length;
  const before = lines.slice(0, -1).map((line) => `${line}\n`);
  const sha256 = createHash('sha256').update(before.join('')).digest('hex');
  return before.join('') + `${canonicalText({ footer: true, events, sha256 })}\n`;
}

describe('a file whose bytes were changed', () => {
  it('the file itself is in order', async () => expect(await saidOf(write(whole))).toBe(''));

  it.each(Object.entries(DAMAGES))('%s', async (_, edit) => {
    const lines = edit(whole.trimEnd().split('\n'));
    for (const text of [sealed(lines), `${lines.join('\n')}\n`]) {
      const said = await saidOf(write(text));
      expect(said).not.toBe('');
      expect(said).not.toMatch(/ at .*\.js|ZodError|undefined|TypeError|invalid_/);
    }
  });

  it('names line and version', async () => {
    const lines = DAMAGES['an unknown field of an event']!(whole.trimEnd().split('\n'));
    expect(await saidOf(write(sealed(lines)))).toContain(
      'line 6 (version 5 of "group-lease-group") has the unknown field "note"',
    );
  });

  it.each<[string, (text: string) => string | Buffer, RegExp]>([
    ['cut in a line', (text) => text.slice(0, -30), /cut off after line 47: it has no footer/],
    [
      'cut after a line',
      (text) => `${text.trimEnd().split('\n').slice(0, 9).join('\n')}\n`,
      /cut off after line 9/,
    ],
    ['nothing at all', () => '', /cut off after line 0/],
    [
      'lines after the footer',
      (text) => `${text}${text.split('\n')[1]}\n`,
      /line 49 stands after the footer/,
    ],
    [
      'half of a character',
      (text) => text.replace('"events":', '"a":"\\ud800","events":'),
      /line 48 is not written in its canonical form/,
    ],
    [
      'lists in lists without end',
      (text) => `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n${text}`,
      /line 1 is not written in its canonical form/,
    ],
    ['a mark at its beginning', (text) => `\uFEFF${text}`, /line 1 is not JSON/],
    [
      'bytes that are no UTF-8',
      (text) => Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from(`"}\n${text}`)]),
      /line 1 is not JSON/,
    ],
  ])('tells what it is: %s', async (_, edit, said) => {
    expect(await saidOf(write(edit(whole)))).toMatch(said);
  });

  it('fields of a newer minor form are hashed, and shown as unknown', async () => {
    const { chainHash, GENESIS_HASH } = await import('@conclave/event-store');
    let hash = GENESIS_HASH;
    const lines = whole
      .trimEnd()
      .split('\n')
      .map((line, n) => {
        const event = JSON.parse(line);
        if (!event.stream) return line;
        if (n === 3) Object.assign(event.meta, { minor: 2, mood: 'good' });
        if (n === 3) event.data.color = 'red';
        const { hash: _, ...meta } = event.meta;
        const { version, type, data } = event;
        hash = event.meta.hash = chainHash(hash, { group: 'lease-group', version, type, data, meta });
        return canonicalText(event as object);
      });
    const verifier = new LogVerifier();
    for await (const event of eventsOf(write(sealed(lines)))) verifier.take(event);
    expect(verifier.finish()).toMatchObject({ log: [], groups: [{ ok: true, unknown: 2 }] });
  });

  it('a line of 64 MB, and a million empty lines, are found out at once', async () => {
    const file = join(folder, 'large');
    const handle = openSync(file, 'w');
    for (let n = 0; n < 64; n++) writeSync(handle, Buffer.alloc(1 << 20, 'a'));
    closeSync(handle);
    expect(await saidOf(file)).toMatch(/line 1 is longer than/);
    expect(await saidOf(write('\n'.repeat(1_000_000)))).toMatch(/line 1 is empty/);
    expect(await saidOf(write(`${whole.split('\n')[0]}\n${'\n'.repeat(1_000_000)}`))).toMatch(
      /line 2 is empty/,
    );
  });
});
