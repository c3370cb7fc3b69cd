import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogVerifier } from '@conclave/audit';
import { canonicalText } from '@conclave/event-store';
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
type Edit = (lines: string[]) => string[];
const at =
  (n: number, edit: (line: string) => string): Edit =>
  (lines) =>
    lines.map((line, i) => (i === n ? edit(line) : line));
const json = (edit: (value: any) => void) => (line: string) => {
  const value = JSON.parse(line) as object;
  edit(value);
  return canonicalText(value);
};
/** The footer says what stands before it. */
function sealed(lines: string[]): string {
  const events = lines.filter((line) => line.includes('"stream"')).length;
  const before = lines.slice(0, -1).map((line) => `${line}\n`);
  const sha256 = createHash('sha256').update(before.join('')).digest('hex');
  return before.join('') + `${canonicalText({ footer: true, events, sha256 })}\n`;
}

const DAMAGES: Record<string, Edit> = {
  'a letter': at(5, (line) => line.replace('"actor":"', '"actor":"x')),
  'a key twice': at(5, (line) => line.replace('{"data":', '{"data":{},"data":')),
  'a key twice within': at(5, (line) => line.replace('"meta":{', '"meta":{"actor":"operator:x",')),
  'white space': at(5, (line) => line.replace('{', '{ ')),
  'white space at the end': at(5, (line) => `${line} `),
  'a carriage return': at(5, (line) => `${line}\r`),
  'keys in another order': at(5, (line) => {
    const { data, ...rest } = JSON.parse(line) as { data: object };
    return JSON.stringify({ ...rest, data });
  }),
  'a number written otherwise': at(2, (line) => line.replace(/"version":(\d+)/, '"version":$1.0')),
  'a number with an exponent': at(2, (line) => line.replace(/"version":(\d+)/, '"version":$1e0')),
  'a letter escaped': at(5, (line) => line.replace('"type"', '"\\u0074ype"')),
  'an empty line': (lines) => [...lines.slice(0, 5), '', ...lines.slice(5)],
  'a comment': (lines) => [...lines.slice(0, 5), '# what follows is true', ...lines.slice(5)],
  'an array': (lines) => [...lines.slice(0, 5), '[]', ...lines.slice(5)],
  'a number': (lines) => [...lines.slice(0, 5), '1', ...lines.slice(5)],
  null: (lines) => [...lines.slice(0, 5), 'null', ...lines.slice(5)],
  'an object of nobody': (lines) => [...lines.slice(0, 5), '{"note":"hello"}', ...lines.slice(5)],
  'a second header': (lines) => [...lines.slice(0, 5), lines[0]!, ...lines.slice(5)],
  'no header': (lines) => lines.slice(1),
  'a header of another form': at(0, () => '{"export":3}'),
  'a header that says more': at(0, () => '{"export":2,"note":"x"}'),
  'an unknown field of an event': at(
    5,
    json((event) => (event.note = 'x')),
  ),
  'an unknown field in data': at(
    5,
    json((event) => (event.data.note = 'x')),
  ),
  'an unknown field in meta': at(
    5,
    json((event) => (event.meta.note = 'x')),
  ),
  'an unknown field in a command': at(
    1,
    json((event) => (event.meta.command.note = 'x')),
  ),
  'a field of a prototype': at(5, (line) => line.replace('"data":{', '"data":{"__proto__":{"a":1},')),
  'no position': at(
    5,
    json((event) => delete event.position),
  ),
  'a position that is a number': at(
    5,
    json((event) => (event.position = 7)),
  ),
  'a position of before': at(
    5,
    json((event) => (event.position = '1')),
  ),
  'the same position twice': (lines) =>
    at(
      6,
      json((e) => (e.position = (JSON.parse(lines[5]!) as any).position)),
    )(lines),
  'a version twice': at(
    5,
    json((event) => (event.version -= 1)),
  ),
  'a version that is text': at(
    5,
    json((event) => (event.version = String(event.version))),
  ),
  'an event of no known type': at(
    5,
    json((event) => (event.type = 'RunnerPromoted')),
  ),
  'an event of another stream': at(
    5,
    json((event) => (event.stream = 'notes')),
  ),
  'an event of another group': at(
    5,
    json((event) => (event.stream = 'group-other')),
  ),
  'an id in capitals': at(
    5,
    json((event) => (event.meta.id = event.meta.id.toUpperCase())),
  ),
  'an event less': (lines) => lines.filter((_, n) => n !== 7),
  'an event twice': (lines) => [...lines.slice(0, 7), lines[6]!, ...lines.slice(7)],
  'two events exchanged': (lines) => [...lines.slice(0, 5), lines[6]!, lines[5]!, ...lines.slice(7)],
  'the first event less': (lines) => lines.filter((_, n) => n !== 1),
  'a newer form': at(
    5,
    json((event) => (event.meta.v = 3)),
  ),
  'an older form': at(
    5,
    json((event) => (event.meta.v = 1)),
  ),
};

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
        const event = JSON.parse(line) as any;
        if (!event.stream) return line;
        if (n === 3) Object.assign(event.meta, { minor: 1, mood: 'good' });
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
