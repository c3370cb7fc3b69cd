import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { until } from '@conclave/processes';
import { run } from './tools.fixture.js';

/** A machine of its own that was started by the real systemd, with the units as they are; it shares this one's network. */
export class Machine {
  private host!: ChildProcess;
  private init = '';
  said = '';

  constructor(readonly root: string) {}

  async boot(): Promise<void> {
    const args = [
      '--quiet',
      '--register=no',
      '--keep-unit',
      '-D',
      this.root,
      `--bind-ro=${resolve('.')}:/opt/conclave`,
    ];
    this.host = spawn('systemd-nspawn', [...args, '--resolv-conf=off', '--boot'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.host.stdout!, this.host.stderr!])
      stream.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    await until('systemd answers', async () => {
      if (this.host.exitCode !== null) throw new Error(this.said);
      // the first child is not yet the first process in there: it makes that one, and goes
      const children = `/proc/${this.host.pid}/task/${this.host.pid}/children`;
      this.init = readFileSync(children, 'utf8').trim().split(' ')[0]!;
      return this.run('systemctl', 'is-system-running').then(
        () => true,
        (error: Error) => error.message.includes('degraded'),
      );
    });
  }
  run = (...command: string[]) => run('nsenter', ['-t', this.init, '-a', ...command]);
  show = async (unit: string, property: string) =>
    (await this.run('systemctl', 'show', '-P', property, unit)).trim();
  async halt(): Promise<void> {
    if (this.host?.exitCode !== null) return;
    const gone = new Promise((done) => this.host.once('exit', done));
    await this.run('systemctl', 'poweroff').catch(() => this.host.kill('SIGKILL'));
    await gone;
  }
}
