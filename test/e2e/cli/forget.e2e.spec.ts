import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, ServerProcess, until, dropFolder } from '@conclave/processes';
import { forgetIn } from '../../../apps/cli/src/files/forgetting-file.js';
import { makePairs } from './paired-groups.fixture.js';

// A person who has left is forgotten: the name and her reasons are nowhere any more, and everything still verifies.

const directory = mkdtempSync(join(tmpdir(), 'conclave-forget-'));
const file = (name: string) => join(directory, name);
const archives = file('archives');
const store = `sqlite:${file('conclave.db')}`;
const [NAME, REASON, EARLY] = ['anastasia@q.example', 'rebooting the xylophone', 'a violin is out of tune'];
let server: ServerProcess;
let api: Api;
let [her, ben]: Cli[] = [];
const start = async (): Promise<void> => {
  server = await ServerProcess.start({ CONCLAVE_STORE: store }, directory);
  api = new Api(server.url);
  [her, ben] = [NAME, 'ben'].map((name) => new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: name }));
};
/** What a file holds; nothing if it has gone or been renamed meanwhile: a snapshot is written beside its place. */
const bytesOf = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
};
/** Files in which a text stands, whatever they are. */
const holding = (text: string, folder = directory): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && bytesOf(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name);
/** Who may read what stands beside the archives until it takes the place of one. */
async function modesOfDrafts(work: Promise<unknown>): Promise<string[]> {
  const [modes, over] = [new Set<string>(), new AbortController()];
  const done = work.finally(() => over.abort());
  while (!over.signal.aborted) {
    for (const name of readdirSync(archives).filter((one) => one.endsWith('.part'))) {
      const found = statSync(join(archives, name), { throwIfNoEntry: false });
      if (found) modes.add((found.mode & 0o777).toString(8));
    }
    await new Promise(setImmediate);
  }
  await done;
  return [...modes];
}
const run = async (cli: Cli, ...args: string[]) => {
  const { code, stdout, stderr } = await cli.run(...args);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
};
const later = async (group: string): Promise<string> => {
  const { at } = (await api.get(`/v1/groups/${group}/history?limit=1000`)).body.events.at(-1).meta;
  await until('time has passed', async () => new Date().toISOString() > at);
  return new Date().toISOString();
};

beforeAll(async () => {
  await start();
  await makePairs(api, ['deploy', 'build']);
  await run(her!, 'taint', 'deploy', 'b', 'early', '--reason', EARLY);
  await api.put(
    '/v1/groups/deploy/runners/b/taints/wet',
    { reason: 'rain' },
    { 'x-conclave-actor': 'zoltan' },
  );
  await run(ben!, 'taint', 'build', 'a', 'disk', '--reason', 'swap');
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

describe('conclave forget', () => {
  let old: string;
  let named: Buffer;
  let before: unknown;
  /** One order; behind the seal its repeat is a new one. */
  const again = async () => {
    const order = { effect: 'PreferNoLead', reason: 'noise' };
    const headers = { 'x-conclave-actor': 'ben', 'idempotency-key': 'k1' };
    return (await api.put('/v1/groups/deploy/runners/b/taints/again', order, headers)).status;
  };

  it('there is an older archive with her name, and what she ordered stands', async () => {
    await run(
      ben!,
      'archive',
      'deploy',
      '--before',
      await later('deploy'),
      '--out',
      archives,
      '--reason',
      'year',
    );
    old = file(`archives/${readdirSync(archives)[0]!}`);
    named = readFileSync(old);
    await again();
    await run(her!, 'untaint', 'deploy', 'b', 'early');
    await run(her!, 'taint', 'deploy', 'a', 'disk', '--reason', REASON);
    await run(her!, 'pause', 'deploy', '--reason', REASON);
    const { leader, pause } = (await api.get('/v1/groups/deploy')).body;
    expect(pause.actor).toBe(`claimed:${NAME}`);
    before = leader.runner;
    expect(holding(NAME).length).toBeGreaterThan(0);
  });

  it('says beforehand which groups name her, and changes nothing', async () => {
    const versions = async () => (await api.get('/v1/groups')).body.groups.map((g: any) => g.version);
    const was = await versions();
    const said = await run(ben!, 'forget', NAME, '--dry-run');
    expect(said).toMatch(
      /^deploy names that person: \d+ events up to version \d+ would be sealed, \d+ bytes\n$/,
    );
    const [planned, ...others] = JSON.parse(await run(ben!, 'forget', NAME, '--dry-run', '--json'));
    expect([planned, others]).toEqual([
      { group: 'deploy', upTo: was.at(-1), events: expect.any(Number), bytes: expect.any(Number) },
      [],
    ]);
    expect(await run(ben!, 'forget', 'nobody', '--dry-run')).toBe('no group names that person\n');
    expect(await ben!.run('forget', NAME, '--dry-run', '--archive', old)).toMatchObject({ code: 2 });
    expect(await versions()).toEqual(was);
  });

  it('wants another to give the order, and a reason that does not name her', async () => {
    const were = readdirSync(archives);
    for (const rest of [['--out', archives, '--reason', 'gone'], ['--dry-run']])
      expect(await her!.run('forget', NAME, ...rest)).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining('gives this order, which stays. Let another person give it.'),
      });
    expect(await ben!.run('forget', NAME, '--out', archives, '--reason', `${NAME} left`)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--reason names whoever is to be forgotten'),
    });
    expect(await ben!.run('forget', NAME, '--out', archives)).toMatchObject({ code: 2 });
    expect(readdirSync(archives)).toEqual(were);
  });

  it('after it her name is in no byte of the database, the snapshot and new archives', async () => {
    const said = await run(ben!, 'forget', NAME, '--out', archives, '--reason', 'has left');
    expect(said).toMatch(/^deploy: forgotten up to version \d+;/);
    expect(said).not.toMatch(/^build/m);
    expect(said).toContain('after a scavenge');
    let left: string[] = [];
    const kept = old.split('/').at(-1);
    await until('the log has let go of it', async () => {
      left = [NAME, REASON, EARLY].flatMap((text) => holding(text)).filter((name) => name !== kept);
      return left.length === 0;
    }).catch(() => undefined);
    expect(left).toEqual([]);
    await run(ben!, 'forget', NAME, '--archive', old);
    for (const text of [NAME, REASON, EARLY]) expect(holding(text)).toEqual([]);
    expect(await run(ben!, 'forget', NAME, '--archive', old)).toContain('does not name that person');
    expect(await run(ben!, 'forget', NAME, '--out', archives, '--reason', 'again')).toContain(
      'no group names',
    );
  });

  it('what she ordered goes on, by a forgotten person, after a start too', async () => {
    for (const again of [false, true]) {
      if (again) {
        await server.kill('SIGKILL');
        await start();
      }
      const { leader, pause } = (await api.get('/v1/groups/deploy')).body;
      expect(leader.runner).toBe(before);
      expect(pause).toMatchObject({
        actor: expect.stringMatching(/^claimed:#[0-9a-f]{64}$/),
        reason: expect.stringMatching(/^#[0-9a-f]{64}$/),
      });
      expect(await run(ben!, 'explain', 'deploy')).toContain('a forgotten person: a forgotten reason');
    }
    expect(JSON.parse(await run(ben!, 'history', 'deploy', '--actor', NAME, '--json')).events ?? []).toEqual(
      [],
    );
    expect(await again()).toBe(200);
    await run(ben!, 'resume', 'deploy');
    await run(ben!, 'untaint', 'deploy', 'a', 'disk');
  });

  it('the log verifies, alone and with both archives, which still fit their seals', async () => {
    await server.kill('SIGTERM');
    const all = readdirSync(archives)
      .filter((name) => name.startsWith('deploy'))
      .map((name) => file(`archives/${name}`));
    expect(all).toHaveLength(2);
    await run(ben!, 'verify', '--store', store);
    const given = all.flatMap((one) => ['--archive', one]);
    expect(await run(ben!, 'verify', 'deploy', '--store', store, ...given)).toMatch(/^ok/m);
    rmSync(old);
    writeFileSync(old, named);
    expect(await run(ben!, 'verify', 'deploy', '--store', store, ...given)).toMatch(/^ok/m); // a copy that kept the name
    chmodSync(old, 0o600);
    const modes = await modesOfDrafts(
      Promise.all([NAME, 'zoltan'].map(async (name) => forgetIn(old, name))), // two commands at once
    );
    expect(modes).toEqual(['600']); // others may not read what is in the making either
    expect(['zoltan', NAME].map((name) => bytesOf(old).includes(name))).toEqual([false, false]);
    await start();
    expect(await run(ben!, 'history', 'deploy', ...given)).toContain('a forgotten person');
  });

  it('somebody else of that name begins anew', async () => {
    await run(her!, 'pause', 'deploy', '--reason', 'I am new here');
    expect((await api.get('/v1/groups/deploy')).body.pause).toMatchObject({
      actor: `claimed:${NAME}`,
      reason: 'I am new here',
    });
    expect(await run(ben!, 'verify', 'deploy')).toMatch(/^ok/m);
  });
});
