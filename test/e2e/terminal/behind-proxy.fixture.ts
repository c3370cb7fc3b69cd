import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { Api, Proxy, ServerProcess, dropFolder } from '@conclave/processes';

/** A server and a way to it that can be frozen, for all specs of a file; programs write down what they do in `directory`. */
export class BehindProxy {
  server!: ServerProcess;
  api!: Api;
  readonly proxy = new Proxy();
  /** Are ended with it. */
  readonly children: ChildProcess[] = [];
  readonly directory: string;

  constructor(name: string) {
    this.directory = mkdtempSync(join(tmpdir(), `conclave-${name}-`));
    beforeAll(async () => {
      this.server = await ServerProcess.start();
      this.api = new Api(this.server.url);
      await this.proxy.listen();
      this.proxy.leadTo(Number(this.server.port));
    });
    afterAll(async () => {
      for (const child of this.children) child.kill('SIGKILL');
      await this.server.kill();
      await this.proxy.close();
      dropFolder(this.directory);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }
}

/** Of a file that may not be there yet. */
export function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}
