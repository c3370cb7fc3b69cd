import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describeIf, until } from '@conclave/processes';

/** What makes a terminal that is none: of util-linux, whose options differ from those of BSD. */
const isThere = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

/** Specs that need a terminal; without one they are skipped under a name that says what to do. */
export const describeAtTerminal = describeIf(
  isThere === true,
  'no terminal can be made here: apt-get install bsdutils',
);

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** The built command line, for a shell. */
export const CONCLAVE = [process.execPath, join(process.cwd(), 'dist/apps/cli/src/main.js')]
  .map(quoted)
  .join(' ');
export const lineOf = (words: readonly string[]): string => [CONCLAVE, ...words.map(quoted)].join(' ');

/** A program at a terminal `columns` wide, as a person sees it. */
export class AtTerminal {
  raw = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number>;

  constructor(line: string, environment: Record<string, string>, columns = 80) {
    this.child = spawn('script', ['-qec', `stty cols ${columns} rows 50; exec ${line}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, HOME: '/nonexistent', TERM: 'xterm', ...environment },
    });
    this.child.stdout!.on('data', (chunk: Buffer) => {
      this.raw += chunk.toString();
    });
    this.ended = once(this.child, 'close').then(([code]) => code as number);
  }

  /** All that was shown, without colours. */
  get shown(): string {
    return this.raw.replaceAll(ESCAPES, '').replaceAll('\r', '');
  }

  type(keys: string): void {
    this.child.stdin!.write(keys);
  }

  /** Waits until this is on the screen, then types. */
  async answer(question: string, keys: string): Promise<void> {
    await until(question, () => this.shown.includes(question));
    this.type(keys);
  }

  /** Ends whatever runs there, as closing the window does. */
  async hangUp(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** The exit code, when it has ended. */
  async code(): Promise<number> {
    const code = await this.ended;
    this.child.stdin!.destroy();
    return code;
  }
}
