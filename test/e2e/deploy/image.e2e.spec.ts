import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Api, freePorts, until } from '@conclave/processes';
import { ASKED, buildRoot, describeWith, removeRoot, run, runApart } from './tools.fixture.js';

const BASE = /^FROM (\S+)$/m.exec(readFileSync('Dockerfile', 'utf8'))![1]!;

/**
 * The image of the Dockerfile, built and run by buildah, which needs no daemon. No registry is asked for the base: it is a
 * Debian with this Node and this npm, under the same name.
 */
class Image {
  private place = '';
  private readonly env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  container = '';

  buildah = (...args: string[]) => runApart('buildah', [...this.storage(), ...args], { env: this.env });

  async build(): Promise<void> {
    this.place = mkdtempSync('/var/tmp/conclave-image-');
    await this.makeBase();
    // the npm of this machine may have a registry of its own
    const npm = async (what: string) => (await run('npm', ['config', 'get', what])).trim();
    const lent: [string, string][] = [
      [join(homedir(), '.npmrc'), '/root/.npmrc:ro'],
      [await npm('globalconfig'), '/usr/local/etc/npmrc:ro'],
    ];
    const volumes = lent
      .filter(([from]) => existsSync(from))
      .flatMap(([from, to]) => ['-v', `${from}:${to}`]);
    await this.buildah('bud', '-q', '--pull=never', '--format=docker', ...volumes, '-t', 'conclave', '.');
    this.container = (await this.buildah('from', '--pull=never', 'localhost/conclave')).trim();
  }

  /** What a container of it begins with. */
  async config(): Promise<{ User: string; Cmd: string[]; Healthcheck: { Test: string[] }; Env: string[] }> {
    return (JSON.parse(await this.buildah('inspect', this.container)) as { Docker: { config: any } }).Docker
      .config;
  }

  start = (env: Record<string, string>, command: string[]): ChildProcess =>
    spawn(
      'unshare',
      [
        '--mount',
        '--propagation',
        'private',
        'buildah',
        ...this.storage(),
        'run',
        ...this.given(env),
        this.container,
        '--',
        ...command,
      ],
      { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
  run = (env: Record<string, string>, command: string[]) =>
    this.buildah('run', ...this.given(env), this.container, '--', ...command);

  async remove(): Promise<void> {
    if (this.place) await removeRoot(this.place);
  }

  private given = (env: Record<string, string>) =>
    Object.entries(env).flatMap(([k, v]) => ['-e', `${k}=${v}`]);
  // not overlay: a container that runs two commands, each with mounts of its own, would have its layer mounted twice
  private storage = () => [
    '--storage-driver',
    'vfs',
    '--root',
    join(this.place, 'storage'),
    '--runroot',
    join(this.place, 'run'),
  ];

  private async makeBase(): Promise<void> {
    const folder = join(this.place, 'base');
    await buildRoot(folder, ['ca-certificates', 'passwd']);
    const modules = (await run('npm', ['root', '-g'])).trim();
    const npm = existsSync(join(modules, 'npm'))
      ? join(modules, 'npm')
      : dirname(dirname((await run('sh', ['-c', 'readlink -f "$(command -v npm)"'])).trim()));
    await run('mkdir', ['-p', join(folder, 'usr/local/lib/node_modules'), join(folder, 'usr/local/etc')]);
    await run('cp', ['-r', npm, join(folder, 'usr/local/lib/node_modules/npm')]);
    await run('ln', ['-s', '../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm')]);
    await run('chroot', [folder, 'useradd', '--uid', '1000', '--create-home', 'node']);
    // whom this machine trusts, at the same places: npm's settings name them
    const authority = process.env.NODE_EXTRA_CA_CERTS;
    for (const file of [authority, (await run('npm', ['config', 'get', 'cafile'])).trim()])
      if (file && existsSync(file)) await run('install', ['-D', file, join(folder, file)]);
    const base = (await this.buildah('from', 'scratch')).trim();
    if (authority) await this.buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${authority}`, base);
    await this.buildah('copy', '-q', base, folder, '/');
    await this.buildah('commit', '-q', '--rm', base, `docker.io/library/${BASE.split('@')[0]}`);
    await removeRoot(folder);
  }
}

describeWith(
  [ASKED, 'root', 'buildah', 'mmdebstrap', 'unshare'],
  'apt-get install buildah mmdebstrap, as root',
  'the image of the Dockerfile',
  () => {
    const image = new Image();
    beforeAll(() => image.build(), 600_000);
    afterAll(() => image.remove());

    it('holds what a server needs, and nothing for development', async () => {
      const list = async (folder: string) =>
        (await image.run({}, ['ls', '-A', folder])).trim().split('\n').sort();
      expect(await list('/conclave')).toEqual(['dist', 'healthy.mjs', 'node_modules', 'package.json']);
      expect(await list('/conclave/dist')).toEqual(['apps', 'bundled', 'dashboard', 'libs', 'openapi.json']);
      expect(await list('/conclave/dist/libs')).not.toContain('testing');
      const lock = await image.run({}, ['cat', '/conclave/node_modules/.package-lock.json']);
      const { packages } = JSON.parse(lock) as {
        packages: Record<string, { dev?: boolean; optional?: boolean }>;
      };
      expect(Object.keys(packages)).toContain('node_modules/fastify');
      expect(Object.entries(packages).filter(([, { dev, optional }]) => dev || optional)).toEqual([]);
    });

    it('serves as nobody in particular, is healthy, writes into its volume alone, and stops in good order', async () => {
      const { User, Cmd, Healthcheck } = await image.config();
      expect(User).toBe('node');
      const [how, ...check] = Healthcheck.Test;
      expect(how).toBe('CMD');
      const env = {
        CONCLAVE_PORT: String((await freePorts(1))[0]),
        CONCLAVE_AUTH: 'off',
        CONCLAVE_HOST: '127.0.0.1',
      };
      await expect(image.run(env, check)).rejects.toThrow(); // nobody there yet
      const before = await filesOfNode(image);
      const server = image.start(env, Cmd);
      const ended = once(server, 'close') as Promise<[number | null]>;
      let said = '';
      server.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
      try {
        const api = new Api(`http://127.0.0.1:${env.CONCLAVE_PORT}`);
        await until('it is ready', async () => (await api.get('/readyz').catch(() => null))?.status === 200);
        await image.run(env, check);
        expect((await api.get('/')).body).toContain('<div id="app"');
        expect((await api.put('/v1/groups/g', {})).status).toBe(201);
        const written = (await filesOfNode(image)).filter((file) => !before.includes(file));
        expect(written).toContain('/data/conclave.db 600');
        expect(written.filter((file) => !/^\/data\/.* 600$/.test(file))).toEqual([]);
      } finally {
        process.kill(nodeBelow(server.pid!) ?? server.pid!, 'SIGTERM'); // buildah itself passes on no signal
      }
      expect((await ended)[0]).toBe(0);
      expect(said).toContain('"msg":"stopped"');
    });
  },
);

/** What the user of the server owns, with its rights. */
const filesOfNode = async (image: Image): Promise<string[]> => {
  const find =
    'find / \\( -path /proc -o -path /sys -o -path /dev \\) -prune -o -user node -type f -printf "%p %m\\n"';
  return (await image.run({}, ['sh', '-c', `${find} 2> /dev/null || true`])).trim().split('\n');
};

/** Node, among the processes that this one has begun, and they; each of their threads may have. */
function nodeBelow(pid: number): number | undefined {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return (
    children.find((child) => readlinkSync(`/proc/${child}/exe`).endsWith('/bin/node')) ??
    children.map(nodeBelow).find((found) => found !== undefined)
  );
}
