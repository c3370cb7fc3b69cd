import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, dropFolder, freePorts, inc, ServerProcess, until } from '@conclave/processes';
import { testStore, type TestStore } from '@conclave/testing';
import { describeWith } from './balanced.fixture.js';

/** Where it may write without being root. */
const OWN_FILES = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  .map((of) => `${of}_temp_path ${of};`)
  .join(' ');

describeWith('nginx', 'apt-get install nginx-light')(
  'three servers behind nginx, as deploy/nginx.conf has it',
  (nginx) => {
    let store: TestStore;
    let servers: ServerProcess[] = [];
    let proxy: ChildProcess | null = null;
    let folder = '';
    let api: Api;
    let url = '';
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'conclave-nginx-'));
      store = await testStore('esdb');
      servers = await Promise.all([0, 1, 2].map(async () => ServerProcess.start(store.environment)));
      const [port] = await freePorts(1);
      let text = readFileSync('deploy/nginx.conf', 'utf8')
        .replace('http {', `http { access_log off; ${OWN_FILES}`)
        .replace(/^worker_rlimit_nofile.*$/m, '')
        .replace('worker_processes auto', 'worker_processes 1') // each counts failures for itself
        .replace('listen 7600', `listen 127.0.0.1:${port}`);
      for (const [n, server] of servers.entries())
        text = text.replaceAll(`conclave-${n + 1}:7600`, `127.0.0.1:${server.port}`);
      const file = join(folder, 'nginx.conf');
      writeFileSync(file, text);
      const more = 'daemon off; pid nginx.pid; error_log stderr crit;';
      proxy = spawn(nginx, ['-p', folder, '-c', file, '-e', 'stderr', '-g', more], { stdio: 'ignore' });
      url = `http://127.0.0.1:${port}`;
      api = new Api(url);
      await until('it asks them', async () => (await status()) === 200);
    });
    afterEach(async () => {
      expect(proxy?.exitCode).toBeNull();
      proxy?.kill('SIGKILL');
      await Promise.all(servers.map(async (server) => server.kill()));
      await store.close();
      dropFolder(folder);
    });
    const status = async (): Promise<number> =>
      (await api.get('/readyz').catch(() => ({ status: 0 }))).status;

    it('while one is frozen every beat is answered, whichever it came to first', async () => {
      const path = '/v1/groups/deploy/runners/a';
      await api.put('/v1/groups/deploy', { leaseMs: 600_000 });
      await api.put(path, { incarnation: inc('a') });
      servers[1]!.child.kill('SIGSTOP');
      let sequence = 0;
      let answered = 0;
      const beat = async () => {
        const { body } = await api.post(`${path}/heartbeat`, { incarnation: inc('a'), sequence: ++sequence });
        if (body.role === 'leader' || body.code === 'beat-stale') answered++;
      };
      for (let n = 0; n < 6; n++) void beat();
      await until('each is answered', () => answered === 6);
      servers[1]!.child.kill('SIGCONT');
    });

    it('one that was replaced is asked again while streams are all that comes, when the others are replaced in turn', async () => {
      const { port } = servers[0]!;
      await servers[0]!.kill();
      const six = async () => Promise.all(Array.from({ length: 6 }, status));
      expect(await six()).toEqual(Array(6).fill(200)); // by the others
      servers[0] = await ServerProcess.start({ ...store.environment, CONCLAVE_PORT: port });
      const gone = new AbortController();
      const watch = async () => fetch(`${url}/v1/watch`, { signal: gone.signal });
      for (let n = 0; n < 3; n++) await watch();
      await Promise.all([servers[1]!.kill(), servers[2]!.kill()]);
      expect(await six()).toEqual(Array(6).fill(200));
      gone.abort();
    });
  },
);
