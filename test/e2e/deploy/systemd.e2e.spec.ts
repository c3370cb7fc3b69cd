import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, freePorts, until, dropFolder } from '@conclave/processes';
import { Machine } from './machine.fixture.js';
import { ASKED, buildRoot, describeWith, removeRoot, run } from './tools.fixture.js';

const FOLDER = 'deploy/systemd';
const UNITS = ['conclave.service', 'conclave-backup.service', 'conclave-backup.timer'];

describeWith(['systemd-analyze'], 'apt-get install systemd', 'the units of systemd', () => {
  let folder: string;
  /** As they are, but for where Node and Conclave are on this machine. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-units-'));
    for (const unit of UNITS) {
      const text = readFileSync(join(FOLDER, unit), 'utf8');
      writeFileSync(
        join(folder, unit),
        text.replaceAll('/opt/conclave', resolve('.')).replace('=node ', `=${process.execPath} `),
      );
    }
  });
  afterAll(() => dropFolder(folder));

  it('are all there are, and systemd finds nothing wrong with them', async () => {
    expect(
      readdirSync(FOLDER)
        .filter((name) => /\.(service|timer|socket|path)$/.test(name))
        .sort(),
    ).toEqual([...UNITS].sort());
    // what it complains of it only says
    expect(
      await run('sh', [
        '-c',
        'systemd-analyze verify --man=no "$@" 2>&1',
        'sh',
        ...UNITS.map((u) => join(folder, u)),
      ]),
    ).toBe('');
  });

  it.each(UNITS.filter((unit) => unit.endsWith('.service')))(
    '%s is exposed by less than 2 of 10',
    async (unit) => {
      await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', join(folder, unit)]);
    },
  );
});

describeWith(
  [ASKED, 'root', 'mmdebstrap', 'systemd-nspawn', 'nsenter', 'unshare'],
  'apt-get install mmdebstrap systemd-container, as root',
  'a machine with systemd',
  () => {
    let root: string;
    let machine: Machine;
    let api: Api;
    const mainPid = () => machine.show('conclave', 'MainPID');
    const ready = () =>
      until('it is ready', async () => (await api.get('/readyz').catch(() => null))?.status === 200);
    beforeAll(async () => {
      root = mkdtempSync('/var/tmp/conclave-machine-');
      machine = new Machine(root);
      await buildRoot(root, ['systemd', 'systemd-sysv', 'dbus', 'findutils']);
      const [port] = (await freePorts(1)) as [number];
      api = new Api(`http://127.0.0.1:${port}`);
      for (const unit of UNITS) copyFileSync(join(FOLDER, unit), join(root, 'etc/systemd/system', unit));
      copyFileSync(join(FOLDER, 'conclave.sysusers'), join(root, 'usr/lib/sysusers.d/conclave.conf'));
      mkdirSync(join(root, 'etc/conclave'));
      const example = readFileSync(join(FOLDER, 'conclave.env'), 'utf8');
      writeFileSync(join(root, 'etc/conclave/conclave.env'), `${example}CONCLAVE_PORT=${port}\n`);
      await machine.boot();
      await machine.run('systemctl', 'enable', '--now', 'conclave.service', 'conclave-backup.timer');
      await ready();
    }, 300_000);
    afterAll(async () => {
      await machine.halt();
      await removeRoot(root);
    });

    it('runs it as its own user, without any right, and it can write nothing but its state', async () => {
      expect((await api.put('/v1/groups/g', {})).status).toBe(201);
      const status = await machine.run('cat', `/proc/${await mainPid()}/status`);
      expect(status).toMatch(/^CapBnd:\s+0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
      expect(status).toMatch(/^Seccomp:\s+2$/m);
      const [uid] = /^conclave:x:(\d+)/m.exec(await machine.run('cat', '/etc/passwd'))!.slice(1);
      expect(status).toMatch(new RegExp(`^Uid:\\s+${uid}\\s`, 'm'));
      const kept = await machine.run('find', '/var/lib/conclave', '-type', 'f', '-printf', '%f %u %m\n');
      expect(kept).toContain('conclave.db conclave 600\n');
      expect(
        kept
          .trim()
          .split('\n')
          .filter((line) => !line.endsWith(' conclave 600')),
      ).toEqual([]);
      const mounts = await machine.run('cat', `/proc/${await mainPid()}/mounts`);
      expect(mounts).toMatch(/ \/ \S+ ro,/);
      expect(mounts).toMatch(/ \/var\/lib\/conclave \S+ rw,/);
    });

    it('starts it again when it was killed, and it knows what it knew', async () => {
      const first = await mainPid();
      await machine.run('systemctl', 'kill', '--kill-whom=main', '-s', 'KILL', 'conclave');
      await until('another process', async () => !['0', first].includes(await mainPid()));
      await ready();
      expect((await api.get('/v1/groups/g')).status).toBe(200);
    });

    it('reads its configuration again, also where there is no kill but that of the shell', async () => {
      await machine.run('systemctl', 'reload', 'conclave');
      await until('it is read', async () =>
        (await machine.run('journalctl', '-u', 'conclave', '--no-pager')).includes('was read again'),
      );
    });

    it('stops it in good order', async () => {
      await machine.run('systemctl', 'stop', 'conclave');
      expect(await machine.show('conclave', 'Result')).toBe('success');
      expect(await machine.run('journalctl', '-u', 'conclave', '--no-pager')).toContain('"stopped"');
    });

    it('tries again, and says each time what is wrong with its configuration', async () => {
      writeFileSync(join(root, 'etc/conclave/conclave.env'), 'CONCLAVE_PORT=http\n');
      await machine.run('systemctl', 'start', 'conclave');
      await until('it was tried again', async () => Number(await machine.show('conclave', 'NRestarts')) > 0);
      expect(await machine.show('conclave', 'Restart')).toBe('on-failure');
      expect(await machine.run('journalctl', '-u', 'conclave', '--no-pager')).toContain(
        'CONCLAVE_PORT="http": must be a number',
      );
    });

    it('has the night for backups', async () => {
      expect(await machine.show('conclave-backup.timer', 'ActiveState')).toBe('active');
      expect(await machine.show('conclave-backup.timer', 'NextElapseUSecRealtime')).toMatch(
        / 0[23]:\d\d:\d\d /,
      );
    });
  },
);
