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
      // done when the spec says so: whoever works is put to sleep with its work half done, however slow the machine
      .replace('setTimeout(resolve, 200)', "console.log('works') ?? process.stdin.once('data', resolve)")
      .replace(
        '.listen(7700)',
        ".listen(0, '127.0.0.1', function () { console.log('port ' + this.address().port); })",
      )
      .replaceAll(':7700', `:${port}`),
  );
  const child = spawn(process.execPath, [file, ...args], {
    cwd: directory,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  started.push(child);
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
  return { child, lines };
}

const finish = (worker: { child: ChildProcess }) => worker.child.stdin!.write('done\n');
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
    await until('w1 works', () => w1.lines.includes('works'));
    finish(w1);
    await until('w1 writes, and works again', () => w1.lines.length === 3);
    const w2 = run('worker.mjs', 'w2');
    await until('w2 stands by', async () => (await api.get('/v1/groups/deploy')).body.runners.active === 2);
    w1.child.kill('SIGSTOP');
    await until('w2 works', () => w2.lines.includes('works'));
    finish(w2);
    await until('w2 writes', () => w2.lines.includes('200 written in term 2'));
    await server.kill('SIGKILL');
    w1.child.kill('SIGCONT');
    finish(w1);
    await until('w1 is refused', () => w1.lines.length > 3);
    expect(w1.lines).toEqual([
      'works',
      '200 written in term 1',
      'works',
      '409 outranked: term 1 of "w1" is over: term 2 was here already',
    ]);
    expect(readNotes()).toEqual(['w1 in term 1', 'w2 in term 2']);
  });
});
