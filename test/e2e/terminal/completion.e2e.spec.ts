import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Api, Cli, ServerProcess, until, dropFolder } from '@conclave/processes';
import { AtTerminal, CONCLAVE, describeAtTerminal } from './terminal.fixture.js';

const home = mkdtempSync(join(tmpdir(), 'conclave-completion-'));
const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
let server: ServerProcess;
let environment: Record<string, string>;

beforeAll(async () => {
  server = await ServerProcess.start();
  await new Api(server.url).put('/v1/groups/deploy-of-everything', {});
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'conclave'), `#!/bin/sh\nexec ${CONCLAVE} "$@"\n`, { mode: 0o755 });
  environment = { HOME: home, PATH: `${bin}:${process.env.PATH}`, CONCLAVE_URL: server.url };
});
afterAll(async () => {
  await server.kill();
  dropFolder(home);
});

const install = async (shell: string): Promise<void> => {
  for (const _ of ['at first', 'again'])
    expect(await new Cli(environment).run('complete', shell, '--install')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('installed in'),
      stderr: '',
    });
};

describeAtTerminal('completion, installed in one line, in the shell itself', () => {
  const shells = [
    ['bash', 'bash -i', '.bashrc'],
    ['zsh', 'zsh -i', '.zshrc'],
  ] as const;
  for (const [shell, line, startup] of shells)
    (isThere(shell) ? it : it.skip)(
      `${shell} completes commands and the ids of groups${isThere(shell) ? '' : ` (apt-get install ${shell})`}`,
      async () => {
        writeFileSync(join(home, startup), "PS1='ready> '");
        await install(shell);
        expect(readFileSync(join(home, startup), 'utf8').match(/conclave/g)).not.toBeNull();
        expect(readFileSync(join(home, startup), 'utf8').trim().split('\n')).toHaveLength(2);
        const screen = new AtTerminal(line, environment, 120);
        await screen.answer('ready> ', 'conclave tenu\t');
        await until('the command', () => screen.shown.includes('conclave tenures'));
        const isThere = () => screen.shown.includes('deploy-of-everything');
        try {
          await until('the group', async () => {
            // where the machine is slow nothing is completed, and a person begins the line anew
            screen.type('\x15conclave tenures deploy-\t');
            return until('it', isThere, 5_000).catch(() => false);
          });
        } finally {
          await screen.hangUp();
        }
        expect(screen.shown).not.toMatch(/command not found|readonly/);
      },
    );
});

describeAtTerminal('a Tab in bash', () => {
  const folder = join(home, 'at-work');
  const readyAt = async (url: string): Promise<AtTerminal> => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(home, '.bashrc'), `PS1='ready> '; cd ${folder}`);
    await install('bash');
    const screen = new AtTerminal('bash -i', { ...environment, CONCLAVE_URL: url }, 120);
    await until('the shell', () => screen.shown.includes('ready> '));
    return screen;
  };

  it('carries nothing out of the line, and completes files', async () => {
    const screen = await readyAt(server.url);
    writeFileSync(join(folder, 'notes.txt'), 'of last night');
    const typed = async (line: string, becomes: string) => {
      screen.type(`\x15${line}\t`);
      await until(becomes, () => screen.shown.includes(becomes));
    };
    try {
      await typed('conclave groups > notes.txt --js', 'notes.txt --json');
      await typed('conclave taint g r k --reason "$(touch run)" --ef', '--effect');
      await typed('conclave verify --file no', '--file notes.txt');
    } finally {
      await screen.hangUp();
    }
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('of last night');
  });

  it('carries out nothing that a server says', async () => {
    let asked = 0;
    const server = createHttpServer((_, answer) => {
      const names = asked++ === 0 ? ['$(touch run)', 'honest'] : ['honest'];
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({ groups: names.map((group) => ({ group })), next: null, unreadable: [] }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const screen = await readyAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      screen.type('conclave group \t');
      await until('it is asked', () => asked > 0);
      screen.type('\x15conclave group \t');
      await until('what a Conclave can say', () => screen.shown.includes('conclave group honest'));
    } finally {
      await screen.hangUp();
      server.close();
    }
    expect(readdirSync(folder)).not.toContain('run');
  });
});

describe('completion elsewhere', () => {
  const there = isThere('fish');
  (there ? it : it.skip)(
    `fish completes commands and the ids of groups${there ? '' : ' (apt-get install fish)'}`,
    async () => {
      await install('fish');
      const ask = async (line: string) =>
        (await promisify(execFile)('fish', ['-c', `complete -C '${line}'`], { env: environment })).stdout;
      expect(await ask('conclave tenu')).toMatch(/^tenures\t/m);
      expect(await ask('conclave tenures deploy-')).toMatch(/^deploy-of-everything/m);
      expect(await ask(`conclave verify --file ${home}/.bas`)).toContain('.bashrc');
    },
  );

  it('a shell that nobody has a place for is refused', async () => {
    expect(await new Cli(environment).run('complete', 'powershell', '--install')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--install is for bash, zsh and fish'),
    });
  });
});

it('a server that takes the connection and says nothing holds up no shell', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const cli = new Cli({ CONCLAVE_URL: `http://127.0.0.1:${port}` });
  expect((await cli.run('complete', '--', 'gr')).stdout).toContain('group');
  expect(await cli.run('complete', '--', 'group', '')).toMatchObject({ code: 0 }); // 60 s before, within the test's time
  silent.close();
});
