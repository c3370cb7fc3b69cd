import { afterEach, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Balanced, describeWith } from './balanced.fixture.js';
import { expectToFollow } from './follows.fixture.js';

let world: Balanced | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

/** Where it may write without being root. */
const OWN_FILES = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  .map((of) => `${of}_temp_path ${of};`)
  .join(' ');

describeWith('nginx', 'apt-get install nginx-light')('nginx, as deploy/nginx has it', (nginx) => {
  it('traffic follows the leader', async () => {
    world = await Balanced.open(6_000);
    const { folder, backendPorts, balancerPort } = world;
    let text = readFileSync('deploy/nginx/nginx.conf', 'utf8').replace(
      'http {',
      `http { access_log off; ${OWN_FILES}`,
    );
    for (const [at, port] of backendPorts.entries())
      text = text.replace(`127.0.0.1:800${at + 1}`, `127.0.0.1:${port}`);
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, text.replace('127.0.0.1:8080', `127.0.0.1:${balancerPort}`));
    const more = 'daemon off; pid nginx.pid; error_log stderr crit;';
    world.balancer = spawn(nginx, ['-p', folder, '-c', file, '-e', 'stderr', '-g', more], {
      stdio: 'ignore',
    });
    await expectToFollow(world);
    expect(world.balancer.exitCode).toBeNull();
  });
});
