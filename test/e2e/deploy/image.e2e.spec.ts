import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Api, until } from '@conclave/testing';
import { buildRoot, describeWith, freePort, removeRoot, run, runApart } from './tools.fixture.js';

const BASE = /^FROM (\S+)$/m.exec(readFileSync('Dockerfile', 'utf8'))![1]!;

/**
 * The image of the Dockerfile, built and run by buildah, which needs no daemon. No registry is asked for the base: it is a
 * Debian with this Node and this npm, under the same name.
 */
class Image {
  readonly place = mkdtempSync('/var/tmp/conclave-image-');
  private readonly env = { ...process.env, BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs' };
  container = '';
  root = '';

  buildah = (...args: string[]) => runApart('buildah', [...this.storage(), ...args], { env: this.env });

  async build(): Promise<void> {
    await this.makeBase();
    // the npm of this machine may have a registry and a cache of its own
    const npm = async (what: string) => (await run('npm', ['config', 'get', what])).trim();
    const lent: [string, string][] = [
      [join(homedir(), '.npmrc'), '/root/.npmrc:ro'],
      [await npm('globalconfig'), '/usr/local/etc/npmrc:ro'],
      [await npm('cache'), '/root/.npm'],
    ];
    const volumes = lent
      .filter(([from]) => existsSync(from))
      .flatMap(([from, to]) => ['-v', `${from}:${to}`]);
    await this.buildah('bud', '-q', '--pull=never', '--format=docker', ...volumes, '-t', 'conclave', '.');
    this.container = (await this.buildah('from', '--pull=never', 'localhost/conclave')).trim();
    this.root = (await this.buildah('mount', this.container)).trim();
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
      { env: this.env, stdio: 'ignore' },
    );
  run = (env: Record<string, string>, command: string[]) =>
    this.buildah('run', ...this.given(env), this.container, '--', ...command);

  async remove(): Promise<void> {
    await removeRoot(this.place);
  }

  private given = (env: Record<string, string>) =>
    Object.entries(env).flatMap(([k, v]) => ['-e', `${k}=${v}`]);
  private storage = () => ['--root', join(this.place, 'storage'), '--runroot', join(this.place, 'run')];

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
    const authority = process.env.NODE_EXTRA_CA_CERTS;
    if (authority) await run('cp', [authority, join(folder, 'authority.pem')]);
    const base = (await this.buildah('from', 'scratch')).trim();
    if (authority) await this.buildah('config', '--env', 'NODE_EXTRA_CA_CERTS=/authority.pem', base);
    await this.buildah('copy', '-q', base, folder, '/');
    await this.buildah('commit', '-q', '--rm', base, `docker.io/library/${BASE.split('@')[0]}`);
    await removeRoot(folder);
  }
}

describeWith(
  ['root', 'buildah', 'mmdebstrap', 'unshare'],
  'apt-get install buildah mmdebstrap, as root',
  'the image of the Dockerfile',
  () => {
    const image = new Image();
    beforeAll(() => image.build(), 600_000);
    afterAll(() => image.remove());

    it('holds what a server needs, and nothing for development', () => {
      const at = (path: string) => join(image.root, 'conclave', path);
      expect(readdirSync(at('.')).sort()).toEqual(['dist', 'healthy.mjs', 'node_modules', 'package.json']);
      expect(readdirSync(at('dist')).sort()).toEqual(['apps', 'dashboard', 'libs', 'openapi.json']);
      expect(existsSync(at('dist/libs/testing'))).toBe(false);
      const { packages } = JSON.parse(readFileSync(at('node_modules/.package-lock.json'), 'utf8')) as {
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
        CONCLAVE_PORT: String(await freePort()),
        CONCLAVE_AUTH: 'off',
        CONCLAVE_HOST: '127.0.0.1',
      };
      await expect(image.run(env, check)).rejects.toThrow(); // nobody there yet
      const server = image.start(env, Cmd);
      const api = new Api(`http://127.0.0.1:${env.CONCLAVE_PORT}`);
      await until('it is ready', async () => (await api.get('/readyz').catch(() => null))?.status === 200);
      await image.run(env, check);
      expect((await api.get('/')).body).toContain('<div id="app"');
      expect((await api.put('/v1/groups/g', {})).status).toBe(201);
      const written = await run('find', [
        image.root,
        '-user',
        '1000',
        '-newer',
        join(image.root, 'conclave/package.json'),
        '-type',
        'f',
      ]);
      expect(written).toContain('/data/conclave.db\n');
      expect(
        written
          .trim()
          .split('\n')
          .filter((file) => !file.startsWith(`${image.root}/data/`)),
      ).toEqual([]);
      const uid = await run('stat', ['-c', '%u %a', join(image.root, 'data/conclave.db')]);
      expect(uid).toBe('1000 600\n');
      const gone = once(server, 'exit');
      server.kill('SIGTERM');
      await gone;
      await until('the port is free', async () => (await api.get('/healthz').catch(() => null)) === null);
    });
  },
);
