import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalText, forgetting, Seal, type StoredEvent } from '@conclave/event-store';

// docs/formats.md promises that an outsider can check a log with its own few lines of Python: here they run
// as they stand.

const program = /```python\n([\s\S]*?)```/.exec(readFileSync('docs/formats.md', 'utf8'))![1]!;
const hasPython = spawnSync('python3', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'conclave-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));

const check = (evidence: string) => {
  const file = join(folder, 'evidence.ndjson');
  writeFileSync(file, evidence);
  return spawnSync('python3', ['-c', program, file], { encoding: 'utf8' });
};

describe.each(['lease-group', 'fenced-group'])(
  'the check of docs/formats.md (needs python3) on %s',
  (name) => {
    const text = readFileSync(`test/scenarios/${name}.ndjson`, 'utf8');
    const lines = text.trimEnd().split('\n');
    const events = lines.filter((line) => line.startsWith('{"data"'));
    const without = (n: number) => lines.filter((line) => line !== events[n]).join('\n');
    // oxlint-disable-next-line jest/no-standalone-expect
    const itIf = hasPython ? it : it.skip;

    itIf('finds real evidence in order', () => {
      expect(check(text)).toMatchObject({
        status: 0,
        stderr: '',
        stdout: expect.stringContaining(`${events.length} events;`),
      });
    });

    itIf('finds evidence in order of which a person is forgotten; not with another salt', () => {
      const gone = lines.map((line) => {
        const value = JSON.parse(line) as StoredEvent;
        return canonicalText(value.stream ? forgetting(value, () => true) : value);
      });
      const seal = new Seal();
      for (const line of gone.slice(0, -1)) seal.add(line);
      const footer = canonicalText({ events: events.length, footer: true, sha256: seal.sha256 });
      expect(gone.join('')).not.toContain('operator:ana');
      expect(check([...gone.slice(0, -1), footer, ''].join('\n'))).toMatchObject({ status: 0, stderr: '' });
      const swapped = text.replace(/"salts":{"operator:ana":"../, '"salts":{"operator:ana":"00');
      expect(check(swapped).stderr).toContain('AssertionError');
    });

    itIf('finds an archive in order, with names and without: its digest is of neither', () => {
      const header = canonicalText({ archive: 2, group: 'deploy', upTo: events.length });
      const gone = events.map((line) =>
        canonicalText(forgetting(JSON.parse(line) as StoredEvent, () => true)),
      );
      const seal = new Seal();
      for (const line of [header, ...gone]) seal.add(line);
      const footer = canonicalText({ events: events.length, footer: true, sha256: seal.sha256 });
      for (const told of [events, gone])
        expect(check([header, ...told, footer, ''].join('\n'))).toMatchObject({ status: 0, stderr: '' });
      const short = [header, ...events.slice(0, -1), footer, ''].join('\n');
      expect(check(short).stderr).toContain('AssertionError');
    });

    itIf('finds a changed word, a missing event, a missing end', () => {
      const changed = text.replace(/"actor":"[a-z]+:/, '"actor":"someone:');
      for (const wrong of [changed, without(1), without(events.length - 1)])
        expect(check(wrong).stderr).toContain('AssertionError');
    });
  },
);
