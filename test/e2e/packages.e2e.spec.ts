import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ASKED, describeWith } from './deploy/tools.fixture.js';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Api, ServerProcess, until, dropFolder } from '@conclave/processes';

// What a stranger does: installs the packages in an empty folder, compiles a strict program, runs it.

const run = promisify(execFile);
const examplesIn = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
const OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'], // a program for Node: an answer's json() is unknown there
  types: ['node'],
  outDir: 'out',
};
const tarball = (name: string) => resolve(`dist/packages/${name}-0.1.0.tgz`);
/** From the registry, or from what npm has kept of it; without what is optional: this very Node runs it. */
const npm = (cwd: string, ...args: string[]) =>
  run('npm', [...args, '--silent', '--prefer-offline', '--no-audit', '--no-fund', '--omit=optional'], {
    cwd,
  });
let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-packages-'));
  execFileSync(process.execPath, ['scripts/packages.mjs'], { stdio: 'ignore' });
  writeFileSync(join(folder, 'package.json'), '{"name":"stranger","private":true,"type":"module"}');
  const tarballs = ['conclave-contract', 'conclave-runner-sdk'].map(tarball);
  const types = `@types/node@${(JSON.parse(readFileSync('node_modules/@types/node/package.json', 'utf8')) as { version: string }).version}`;
  await npm(folder, 'install', ...tarballs, types);
  server = await ServerProcess.start();
}, 180_000);
afterAll(async () => {
  await server.kill();
  dropFolder(folder);
});
const compile = async (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text.replaceAll('http://127.0.0.1:7600', server.url));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: OPTIONS, files: Object.keys(files) }),
  );
  return run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]).catch(
    ({ stdout }: { stdout: string }) => ({ stdout }),
  );
};

describe('the packages, installed', () => {
  it('examples compile in a strict program, mistakes do not', async () => {
    const [leading, again, block] = examplesIn('libs/runner-sdk/README.md');
    const [contract] = examplesIn('libs/contract/README.md');
    const [resource, worker] = examplesIn('docs/fencing.md');
    const [readme] = examplesIn('README.md');
    const wrong = `import { Runner } from '@conclave/runner-sdk';
// @ts-expect-error url is missing
new Runner({ group: 'g', id: 'r' });
// @ts-expect-error a status that is none
export const is = (runner: Runner) => runner.status === 'leader';
import type { LeaderReply } from '@conclave/contract';
// @ts-expect-error a field that is none
export const of = (reply: LeaderReply) => reply.leaderName;
`;
    expect(
      (
        await compile({
          'leading.ts': leading!,
          'again.ts': again!,
          'block.ts': block!,
          'contract.ts': contract!,
          'resource.ts': resource!,
          'worker.ts': worker!,
          'readme.ts': readme!,
          'wrong.ts': wrong,
        })
      ).stdout,
    ).toBe('');
  }, 120_000);

  it('the example leads, works, and resigns when it is asked to stop', async () => {
    const child = spawn(process.execPath, [join(folder, 'out/leading.js')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until('it works', () => output.includes('deploying in term 1 with a certificate'));
    child.kill('SIGTERM');
    await once(child, 'exit');
    const { stdout } = await run(process.execPath, [join(folder, 'out/contract.js')]);
    expect(stdout).toContain('Stop acting on that term');
    expect(
      (await new Api(server.url).get('/v1/groups/deploy/history?type=LeadershipEnded')).body.events[0].data
        .cause,
    ).toBe('resigned');
  });

  it('the example of work that throws contends again, and leads', async () => {
    const child = spawn(process.execPath, [join(folder, 'out/again.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    await until('it leads again', () => output.includes('reporting in term 2'));
    expect(output).toMatch(/^reporting in term 1\nthe work failed: Error: no disk/);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('need nothing of ours at run time, and lead to nothing that is not there', () => {
    const readme = (name: string) =>
      readFileSync(join(folder, 'node_modules/@conclave', name, 'README.md'), 'utf8');
    expect(['runner-sdk', 'contract'].filter((name) => readme(name).includes('](..'))).toEqual([]);
    expect(readme('runner-sdk')).toContain('limits (`docs/concepts.md` of the repository)');
    const own = JSON.parse(readFileSync('libs/runner-sdk/package.json', 'utf8')) as { dependencies: object };
    expect(Object.keys(own.dependencies).sort()).toEqual(['eventsource-parser', 'jose']);
    const root = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const name of ['contract', 'runner-sdk']) {
      const { version, main, types, exports } = JSON.parse(
        readFileSync(`libs/${name}/package.json`, 'utf8'),
      ) as Record<string, unknown>;
      expect(version).toBe(root.version);
      // TypeScript before 6 looks at no exports unless it is told to
      expect(exports).toEqual({ '.': { types, default: main } });
    }
  });
});

/** Where Node is what runs this test, under the name that scripts look for. */
const onThisNode = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: '/nonexistent' };

describeWith([ASKED], 'installs everything twice', 'the program', () => {
  let place: string;
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), 'conclave-program-'));
  });
  afterAll(() => dropFolder(place));
  const serving = async (command: string, args: string[], work: (url: string) => Promise<void>) => {
    const env = {
      ...onThisNode,
      CONCLAVE_PORT: '0',
      CONCLAVE_LOG_LEVEL: 'warn',
      CONCLAVE_STORE: `sqlite:${join(place, 'log.db')}`,
    };
    const child = spawn(command, args, { cwd: place, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const url = await until('it listens', () => /listening on (\S+)/.exec(output)?.[1]);
    await work(url);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  };
  const conclave = (program: string, url: string, ...args: string[]) =>
    run(program, args, { env: { ...onThisNode, CONCLAVE_URL: url } });

  it('installed from its tarball: serves, with dashboard and OpenAPI document, and its command line asks it', async () => {
    writeFileSync(join(place, 'package.json'), '{"name":"stranger","private":true}');
    await npm(place, 'install', tarball('conclave'));
    const bin = (name: string) => join(place, 'node_modules/.bin', name);
    await serving(bin('conclave'), ['serve'], async (url) => {
      const api = new Api(url);
      expect((await api.get('/')).body).toContain('<div id="app"');
      expect((await api.get('/openapi.json')).body.openapi).toMatch(/^3\./);
      expect((await api.put('/v1/groups/packed', {})).status).toBe(201);
      const { stdout } = await conclave(bin('conclave'), url, 'groups', '--json');
      expect(stdout).toContain('"packed"');
    });
    await serving(bin('conclave-server'), [], async (url) =>
      expect((await new Api(url).get('/v1/groups/packed')).status).toBe(200),
    );
  }, 240_000);

  it('unpacked, with npm ci: exactly what the lock file of this repository has, and nothing for development', async () => {
    const opt = join(place, 'opt');
    mkdirSync(opt);
    await run('tar', ['-xzf', tarball('conclave'), '-C', opt, '--strip-components', '1']);
    await npm(opt, 'ci', '--omit=dev');
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Lock };
    const wanted = Object.entries(packages).filter(
      ([path, p]) => path !== '' && !p.dev && !p.devOptional && !p.optional,
    );
    const installed = JSON.parse(readFileSync(join(opt, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: Lock;
    };
    const versions = (of: [string, Locked][]) => Object.fromEntries(of.map(([path, p]) => [path, p.version]));
    expect(versions(Object.entries(installed.packages))).toEqual(versions(wanted));
    await serving(join(opt, 'dist/apps/server/src/main.js'), [], async (url) => {
      const { stdout } = await conclave(join(opt, 'dist/apps/cli/src/main.js'), url, 'groups', '--json');
      expect(stdout).toContain('"packed"');
    });
  }, 240_000);

  it('says what it is, and leaves out what only tests need', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball('conclave')]);
    const files = stdout.trim().split('\n');
    for (const file of ['README.md', 'LICENSE', 'npm-shrinkwrap.json', 'dist/dashboard/index.html'])
      expect(files).toContain(`package/${file}`);
    expect(files.filter((file) => /libs\/testing|\/spec\/|\.spec\.|\.built/.test(file))).toEqual([]);
    const own = JSON.parse(readFileSync(join(place, 'node_modules/conclave/package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const root = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
    for (const field of ['version', 'license', 'engines', 'dependencies', 'optionalDependencies'])
      expect({ field, is: own[field] }).toEqual({ field, is: root[field] });
  });
});
interface Locked {
  version: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
}
type Lock = Record<string, Locked>;
