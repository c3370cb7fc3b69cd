// A real server process, and what it records as it does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { FOLLOWS, ours } from '../../scripts/ours.mjs';

const CLI = resolve('dist/apps/cli/src/main.js');
const ROLES = ['admin', 'runner', 'consumer', 'auditor', 'operator', 'join'];

async function run(...args) {
  const child = ours(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return JSON.parse(text);
}

export class Served {
  /** Correlation ids of events, with what was recorded. */
  recorded = new Map();
  tokens = new Map();
  stderr = '';

  static async start({ isAuthOn }) {
    const served = new Served();
    served.folder = mkdtempSync(join(tmpdir(), 'conclave-fuzz-'));
    const file = join(served.folder, 'tokens.json');
    if (isAuthOn)
      for (const role of ROLES) {
        const { token } = await run(
          CLI,
          ...['token', 'create', '--file', file, '--name', role, '--role', role, '--json'],
        );
        served.tokens.set(role, token);
      }
    const child = spawn(process.execPath, [resolve('dist/apps/server/src/main.js')], {
      cwd: served.folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env.PATH,
        ...FOLLOWS,
        ...{ CONCLAVE_PORT: '0', CONCLAVE_STORE: 'sqlite::memory:', CONCLAVE_LOG_LEVEL: 'error' },
        ...(isAuthOn && { CONCLAVE_TOKENS: file }),
      },
    });
    served.child = ours(child);
    served.child.stderr.on('data', (chunk) => (served.stderr += chunk));
    for await (const line of createInterface(served.child.stdout)) {
      served.url = /^conclave listening on (http:\S+)/.exec(line)?.[1];
      if (served.url) break;
    }
    served.child.stdout.resume();
    void served.watch().catch(() => undefined);
    return served;
  }

  get port() {
    return Number(new URL(this.url).port);
  }
  get root() {
    return this.tokens.has('admin') ? { authorization: `Bearer ${this.tokens.get('admin')}` } : {};
  }

  /** Every event as it is recorded: also of what is sealed or deleted later. A cut is resumed. */
  async watch() {
    for (;;) {
      const { body } = await fetch(`${this.url}/v1/watch?events=true`, {
        headers: { ...this.root, ...(this.lastId && { 'last-event-id': this.lastId }) },
      });
      for await (const { id, event, data } of body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream())) {
        this.lastId = id ?? this.lastId;
        if (event !== 'event') continue;
        const told = JSON.parse(data);
        this.recorded.set(told.meta.correlationId, told.type);
      }
    }
  }

  /** Groups with runners, so that requests find something. */
  async fill() {
    for (const group of ['g1', 'g2', 'g3', 'constructor'])
      for (const [n, runner] of ['a', 'b', 'constructor'].entries()) {
        const headers = {
          authorization: `Bearer ${this.tokens.get('runner')}`,
          'content-type': 'application/json',
        };
        const body = JSON.stringify({
          incarnation: `0000000${n + 1}-0000-4000-8000-000000000000`,
          ready: true,
        });
        await fetch(`${this.url}/v1/groups/${group}/runners/${runner}`, { method: 'PUT', headers, body });
      }
  }

  /** Waits until all is heard that is in the log now. */
  async heard() {
    const probe = `probe-${Math.random().toString(36).slice(2)}`;
    await fetch(`${this.url}/v1/groups/probe`, {
      method: 'PUT',
      headers: { ...this.root, 'content-type': 'application/json', 'x-correlation-id': probe },
      body: JSON.stringify({ drainMs: 1 + (this.probes = (this.probes ?? 0) + 1) }),
    });
    for (let n = 0; n < 2_000 && !this.recorded.has(probe); n++)
      await new Promise((done) => setTimeout(done, 5));
    if (!this.recorded.has(probe)) throw new Error('the watch does not tell what was written');
  }

  async stop() {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const [code] = await exit;
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}
