import { afterEach, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { Balanced, describeWith } from './balanced.fixture.js';
import { expectToFollow } from './follows.fixture.js';

let world: Balanced | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

describeWith('haproxy', 'apt-get install haproxy')('HAProxy, as deploy/haproxy has it', (haproxy) => {
  it.each([
    ['asks agents', 'haproxy.cfg'],
    ['asks Conclave', 'asking-conclave.cfg'],
  ])('%s: traffic follows the leader', async (_name, file) => {
    world = await Balanced.open(6_000);
    const { server, backendPorts, agentPorts, balancerPort } = world;
    const numbered = (name: string, values: readonly (string | number)[]) =>
      values.map((value, at) => [`${name}_${at + 1}`, String(value)]);
    world.balancer = spawn(haproxy, ['-db', '-f', `deploy/haproxy/${file}`], {
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        LISTEN: `127.0.0.1:${balancerPort}`,
        ...Object.fromEntries(
          numbered(
            'WEB',
            backendPorts.map((port) => `127.0.0.1:${port}`),
          ),
        ),
        ...Object.fromEntries(numbered('AGENT_PORT', agentPorts)),
        CONCLAVE_PORT: server.port,
      },
    });
    await expectToFollow(world);
    expect(world.balancer.exitCode).toBeNull();
  });
});
