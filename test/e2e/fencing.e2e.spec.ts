import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, ServerProcess, until, dropFolder } from '@conclave/processes';

const directory = mkdtempSync(join(tmpdir(), 'conclave-fencing-'));
const examples = [...readFileSync('docs/fencing.md', 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(
  (m) => m[1]!,
);
const started: ChildProcess[] = [];
let server: ServerProcess;
let api: Api;
let port = '';

/** An example of the README as written, but for addresses. */
function run(name: string, ...args: string[]): { child: ChildProcess; lines: string[] } {
  const example = examples.find((text) => text.startsWith(`// ${name}`))!;
  const file = join(directory, name);
  writeFileSync(
    file,
    example
      .replace("'@conclave/runner-sdk'", `'${resolve('dist/libs/runner-sdk/src/index.js')}'`)
      .replaceAll('http://127.0.0.1:7600', server.url)
      // so long that whoever has just written is put to sleep in the middle of the next one
      .replace('setTimeout(resolve, 200)', 'setTimeout(resolve, 1_000)')
      .replace(
        '.listen(7700)',
        ".listen(0, '127.0.0.1', function () { console.log('port ' + this.address().port); })",
      )
      .replaceAll(':7700', `:${port}`),
  );
  const child = spawn(process.execPath, [file, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
  return { child, lines };
}

const readNotes = () => readFileSync(join(directory, 'notes.txt'), 'utf8').trim().split('\n');

beforeAll(async () => {
  server = await ServerProcess.start();
  api = new Api(server.url);
  mkdirSync(directory, { recursive: true });
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await server.kill();
  dropFolder(directory);
});

describe('fencing, as the README shows it', () => {
  it('an old leader that slept with its work half done is refused when it wakes, also with Conclave gone', async () => {
    // a busy machine is not to lose it before it is put to sleep
    await api.put('/v1/groups/deploy', { leaseMs: 5_000, heartbeatMs: 300 });
    const resource = run('resource.mjs');
    port = (
      await until('the resource listens', () => resource.lines.find((l) => l.startsWith('port ')))
    ).slice('port '.length);
    const w1 = run('worker.mjs', 'w1');
    await until('w1 writes', () => w1.lines.includes('200 written in term 1'));
    const w2 = run('worker.mjs', 'w2');
    await until('w2 stands by', async () => (await api.get('/v1/groups/deploy')).body.runners.active === 2);
    const written = w1.lines.length;
    await until('w1 has just written', () => w1.lines.length > written);
    w1.child.kill('SIGSTOP');
    await until('w2 writes', () => w2.lines.includes('200 written in term 2'));
    await server.kill('SIGKILL');
    const before = w1.lines.length;
    // A write that was done before the sleep may be answered after it.
    const unread = readNotes().filter((note) => note === 'w1 in term 1').length - before;
    w1.child.kill('SIGCONT');
    await until('w1 is refused', () => w1.lines.length > before + unread);
    expect(w1.lines.slice(before)).toEqual([
      ...Array<string>(unread).fill('200 written in term 1'),
      expect.stringMatching(/^409 outranked: term 1 of "w1" is over: term 2 was here already$/),
    ]);
    const notes = readNotes();
    expect(notes.lastIndexOf('w1 in term 1')).toBeLessThan(notes.indexOf('w2 in term 2'));
  });
});
