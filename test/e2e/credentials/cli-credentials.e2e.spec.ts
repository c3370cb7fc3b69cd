import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cli, ServerProcess, until } from '@conclave/processes';
import { TlsServed } from './tls.fixture.js';

describe('what the command line shows of itself, and whom it trusts', () => {
  const tls = new TlsServed();
  const cliWith = (environment: Record<string, string> = {}) =>
    new Cli({ CONCLAVE_URL: tls.server.url, ...environment });

  it('by options and by environment', async () => {
    const options = ['--ca', tls.ours.caFile, '--cert', tls.operator.cert, '--key', tls.operator.key];
    expect(await cliWith().run('groups', ...options)).toMatchObject({ code: 0, stderr: '' });
    const environment = {
      CONCLAVE_CA: tls.ours.caFile,
      CONCLAVE_CERT: tls.operator.cert,
      CONCLAVE_KEY: tls.operator.key,
    };
    expect(await cliWith(environment).run('groups')).toMatchObject({ code: 0, stderr: '' });
    const file = join(tls.folder, 'bea.token');
    writeFileSync(file, `${tls.token}\n`);
    const trusting = { CONCLAVE_CA: tls.ours.caFile };
    expect(await cliWith(trusting).run('groups', '--token-file', file)).toMatchObject({ code: 0 });
    const given: Record<string, string>[] = [{ CONCLAVE_TOKEN: tls.token }, { CONCLAVE_TOKEN_FILE: file }];
    for (const more of given)
      expect(await cliWith({ ...trusting, ...more }).run('groups')).toMatchObject({ code: 0, stderr: '' });
    expect(await cliWith(trusting).run('groups')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('unauthenticated'),
    });
  });

  it('says what is wrong, and what to do', async () => {
    const told = async (...options: string[]) => {
      const { code, stderr } = await cliWith({ CONCLAVE_TOKEN: tls.token }).run('groups', ...options);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      return `${code} ${stderr}`;
    };
    expect(await told()).toMatch(/^4 .*certificate of https:.* is not trusted .*--ca/);
    expect(await told('--ca', tls.theirs.caFile)).toMatch(/^4 .*is not trusted .*CONCLAVE_CA/);
    expect(await told('--ca', join(tls.folder, 'none'))).toMatch(/^2 .*there is no file/);
    const plain = tls.server.url.replace('https', 'http');
    expect(await told('--url', plain)).toMatch(/^4 .*does not answer \(.*\); is it https:\/\/\? /);
    const junk = join(tls.folder, 'junk.pem');
    writeFileSync(junk, 'nothing');
    expect(await told('--ca', tls.folder)).toMatch(/^2 conclave: ".*" cannot be read: EISDIR/);
    expect(await told('--ca', junk)).toMatch(
      /^2 conclave: the file of authorities ".*" holds no certificate\.\n$/,
    );
    expect(await told('--ca', tls.ours.caFile, '--cert', junk, '--key', junk)).toMatch(/^2 .*must be PEM/);
    const [cert, key] = [tls.operator.cert, tls.runnerFiles.key];
    expect(await told('--ca', tls.ours.caFile, '--cert', cert, '--key', key)).toMatch(/^2 .*must be PEM/);
    expect(await told('--token-file', join(tls.folder, 'none'))).toMatch(/^2 .*the token cannot be read/);
    const empty = join(tls.folder, 'empty.token');
    writeFileSync(empty, ' \n');
    expect(await told('--token-file', empty)).toMatch(/^2 .*the token file ".*" is empty/);
  });

  it('of several servers one whose certificate does not count is passed over, and told of', async () => {
    const server = await ServerProcess.start();
    const urls = `${tls.server.url},${server.url}`;
    const told = expect.stringMatching(
      /^warning: the certificate .* is not trusted .* Another server is asked\.$/m,
    );
    for (const command of [
      ['groups'],
      ['set', 'deploy', 'lease=20s'],
      ['run', '--group', 'g', '--once', '--', 'true'],
    ])
      expect(await new Cli({ CONCLAVE_URL: urls }).run(...command)).toMatchObject({ code: 0, stderr: told });
    await server.kill();
  });

  it('a file of tokens that was emptied is told: by a server that starts, and by who would make or list one', async () => {
    const file = join(tls.folder, 'emptied.json');
    writeFileSync(file, '', { mode: 0o600 });
    const server = await ServerProcess.start({ CONCLAVE_TOKENS: file });
    expect(server.stderr).toContain('is empty, so no token counts: put back what was in it, or remove it');
    await server.kill();
    for (const [done, ...command] of [
      ['changed', 'create', '--name', 'ana', '--role', 'admin'],
      ['read', 'list'],
    ] as [string, ...string[]][])
      expect(await new Cli().run('token', ...command, '--file', file)).toEqual({
        code: 3,
        stdout: '',
        stderr: `conclave: the tokens in "${file}" cannot be ${done}: it is empty. Put back what was in it, or remove it, if all tokens are to be made anew\n`,
      });
  });

  it('looks for tokens where a server with the same environment does', async () => {
    const [named, database] = ['store', 'of.db'].map((name) => join(tls.folder, name)) as [string, string];
    writeFileSync(named, `sqlite:${database}\n`);
    const create = ['token', 'create', '--name', 'ana', '--role', 'admin'];
    expect(await new Cli({ CONCLAVE_STORE_FILE: named }).run(...create)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`kept in ${database}.tokens`),
    });
    expect(await new Cli({ CONCLAVE_STORE_FILE: join(tls.folder, 'none') }).run(...create)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^conclave: CONCLAVE_STORE_FILE=".*" cannot be read: ENOENT.*\n$/),
    });
  });

  it('looks for tokens and for the store where the file of a server says, behind the environment', async () => {
    const [file, database] = ['conclave.yaml', 'of-file.db'].map((name) => join(tls.folder, name));
    const create = ['token', 'create', '--name', 'ana', '--role', 'admin'];
    const here = { CONCLAVE_SERVER_CONFIG: file! };
    const of = async (env: Record<string, string> = {}) => new Cli({ ...here, ...env }).run(...create);
    writeFileSync(file!, `store: sqlite:${database}\nport: 7601\n`);
    expect(await of()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`kept in ${database}.tokens`),
    });
    expect(await new Cli(here).run('export', join(tls.folder, 'out.ndjson'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`there is no database "${database}"`),
    });
    writeFileSync(file!, `tokens: ${database}.json\nstore: sqlite:${database}\n`);
    expect((await of()).stderr).toContain(`kept in ${database}.json`);
    const CONCLAVE_TOKENS = `${database}.of-env`;
    expect((await of({ CONCLAVE_TOKENS })).stderr).toContain(`kept in ${CONCLAVE_TOKENS}`);
    writeFileSync(file!, '- store');
    expect(await of()).toMatchObject({
      code: 2,
      stderr: `conclave: configuration file "${file}" must be keys and values, like "port: 7600" (CONCLAVE_SERVER_CONFIG names it).\n`,
    });
  });

  it('dev takes a token of two roles; who has one of them changes nothing', async () => {
    const tokens = new Cli({ CONCLAVE_TOKENS: join(tls.folder, 'of-dev.json') });
    const tokenFor = async (...roles: string[]) =>
      (await tokens.run('token', 'create', '--name', 'ana', '--role', ...roles, '--group', 'deploy')).stdout;
    const CONCLAVE_TOKENS = join(tls.folder, 'of-dev.json');
    const [runner, operator, both] = [
      await tokenFor('runner'),
      await tokenFor('operator'),
      await tokenFor('runner', 'operator'),
    ];
    expect((await tokens.run('token', 'list')).stdout).toContain('runner of deploy; operator of deploy');
    const server = await ServerProcess.start({ CONCLAVE_TOKENS });
    const cli = (token: string) => new Cli({ CONCLAVE_URL: server.url, CONCLAVE_TOKEN: token });
    const dev = ['dev', '--group', 'deploy', '--id', 'laptop'];
    await cli(operator).run('set', 'deploy', 'lease=20s');
    for (const [token, why] of [
      [
        runner,
        /^conclave: forbidden: "ana" may not pin group "deploy"\. .*--role runner --role operator.*\n$/,
      ],
      [
        operator,
        /^conclave: laptop stopped\nconclave: forbidden: "ana" may not PUT .* runner "laptop"\. It takes join or runner; "ana" is operator for deploy\.\n$/,
      ],
    ] as const)
      expect(await cli(token).run(...dev)).toEqual({
        code: 3,
        stdout: '',
        stderr: expect.stringMatching(why),
      });
    const developing = cli(both).started(...dev);
    let said = '';
    developing.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the pin', () => said.includes('only "laptop" leads "deploy" now'));
    developing.kill('SIGINT');
    expect((await once(developing, 'exit'))[0]).toBe(0);
    const history = (await cli(operator).run('history', 'deploy')).stdout;
    expect(history.match(/RunnerRegistered/g)).toHaveLength(1);
    await server.kill();
  });

  it('makes no token that expires later than dates go', async () => {
    const about = ['--file', join(tls.folder, 'late.json'), '--name', 'x', '--role', 'admin'];
    expect(await new Cli().run('token', 'create', ...about, '--group', 'ci', '--group', 'dep loy')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'conclave: --group "dep loy" must be an id, in which * stands for any characters.\n',
    });
    expect(await new Cli().run('token', 'create', ...about, '--expires', '99999999d')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('is invalid. That is after the year 9999.'),
    });
  });

  it('makes no token that promises to be for some runners where nobody looks at that', async () => {
    const about = ['--file', join(tls.folder, 'of-runners.json'), '--name', 'x', '--runner', 'a*'];
    const made = async (role: string) => new Cli().run('token', 'create', ...about, '--role', role);
    expect(await made('operator')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--runner: only the roles runner and join can be for some runners'),
    });
    expect(await made('join')).toMatchObject({ code: 0 });
  });

  it.each(['kept in x\ncnc_0123456789ab_secret', '“cnc_0123456789ab_secret”', 'cnc_0123456789ab_secret x'])(
    'does not show what is more than a token: %j',
    async (text) => {
      const file = join(tls.folder, 'more.token');
      writeFileSync(file, text);
      const run = ['run', '--group', 'deploy', '--id', 'r', '--once', '--', 'true'];
      for (const asked of [['groups'], ['watch'], ['groups', '--json'], run])
        for (const [env, option] of [
          [{ CONCLAVE_TOKEN: text }, []],
          [{}, ['--token-file', file]],
        ] as const) {
          const at = asked.indexOf('--');
          const args =
            at < 0 ? [...asked, ...option] : [...asked.slice(0, at), ...option, ...asked.slice(at)];
          const child = cliWith(env).started(...args);
          let said = '';
          for (const stream of [child.stdout!, child.stderr!])
            stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
          await until('it says so', () => /one line of ASCII/.test(said));
          child.kill('SIGKILL');
          expect(said).not.toContain('secret');
        }
    },
  );

  it.each([[['--once']], [[]], [['--once', '--id', 'r']]])(
    'run %j ends where no server lets it in',
    async (options) => {
      const run = async (environment: Record<string, string>) =>
        cliWith(environment).run('run', '--group', 'deploy', ...options, '--', 'true');
      const trusting = { CONCLAVE_CA: tls.ours.caFile };
      expect(await run(trusting)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^(.* stopped\n)conclave: unauthenticated: .*\n$/),
      });
      const both = `${tls.server.url},${tls.server.url.replace('127.0.0.1', 'localhost')}`;
      const notForRunners = { ...trusting, CONCLAVE_TOKEN: tls.token, CONCLAVE_URL: both };
      expect(await run(notForRunners)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/trying on\n.* stopped\nconclave: forbidden: .*\n$/),
      });
    },
  );

  it.each([
    ['groups', '--token', 'S'],
    ['groups', '--token=S'],
    ['--token', 'S', 'groups'],
    ['run', '--group', 'deploy', '--token', 'S', '--', 'true'],
  ])('refuses a token on the command line, with the reason, and does not show it: %s %s', async (...args) => {
    const secret = 'cnc_0123456789ab_do-not-show-this';
    const { code, stderr, stdout } = await cliWith().run(...args.map((arg) => arg.replace('S', secret)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/everybody on this machine can read the command line.*--token-file/s);
    expect(stderr).not.toContain(secret);
  });

  it('warns once of a config file with a token that others can read', async () => {
    const config = join(tls.folder, 'config.json');
    writeFileSync(config, JSON.stringify({ url: tls.server.url, ca: tls.ours.caFile, token: tls.token }));
    chmodSync(config, 0o644);
    const cli = new Cli({ CONCLAVE_CONFIG: config });
    const { code, stderr } = await cli.run('groups');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `warning: config file "${config}" holds a token, and others can read it (644): chmod 600 ${config}\n`,
    });
    chmodSync(config, 0o600);
    expect(await cli.run('groups')).toMatchObject({ code: 0, stderr: '' });
    writeFileSync(config, JSON.stringify({ url: tls.server.url, ca: tls.ours.caFile, ...tls.operator }));
    chmodSync(config, 0o644);
    expect(await cli.run('groups')).toMatchObject({ code: 0, stderr: '' });
  });
});
