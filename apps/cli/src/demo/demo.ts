import Table from 'cli-table3';
import type { HistoryPage } from '@conclave/contract';
import { DemoWorld, type News, type RunnerProcess } from './demo-world.js';
import { machineMs } from './machine-time.js';

const given = process.argv.slice(2);
if (given.length > 0) {
  console.log(
    'npm run demo: a server and three runners, a kill -9 and a taint, in some ten seconds; no options',
  );
  process.exit(given.every((word) => word === '--help' || word === '-h') ? 0 : 2);
}

const GROUP = 'deploy';
const LEASE_MS = 2_000;
const world = new DemoWorld();

const tell = (text: string) => console.log(text);

async function call<Reply>(method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(world.url + path, {
    method,
    headers: { 'content-type': 'application/json', 'x-conclave-actor': 'demo' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Reply;
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Waits until some runner says that it leads a term above `afterTerm`. */
const nextLeader = (afterTerm: number): Promise<{ runner: RunnerProcess; news: News }> =>
  world.until(`a leader after term ${afterTerm}`, () => {
    for (const runner of world.runners) {
      const news = runner.news.find(({ event, term }) => event === 'leading' && term! > afterTerm);
      if (news) return { runner, news };
    }
    return undefined;
  });

async function story(): Promise<void> {
  await world.startServer();
  tell(`A Conclave server listens on ${world.url}, with an in-memory store.`);
  await call('PUT', `/v1/groups/${GROUP}`, { leaseMs: LEASE_MS, reason: 'demo' });
  tell(`Group "${GROUP}": the lease is ${LEASE_MS} ms. Three runner processes join …`);
  for (const id of ['runner-1', 'runner-2', 'runner-3']) {
    const runner = world.startRunner(GROUP, id);
    await world.until(`${id} takes its place`, () =>
      runner.news.find(({ event }) => event === 'standby' || event === 'leading'),
    );
  }
  const first = await nextLeader(0);
  tell(`  ${first.runner.id} leads in term ${first.news.term}: it is the oldest.`);

  tell(`\nkill -9 of ${first.runner.id} (pid ${first.runner.child.pid}) …`);
  const killedMs = machineMs();
  first.runner.child.kill('SIGKILL');
  const second = await nextLeader(first.news.term!);
  tell(
    `  ${second.runner.id} leads in term ${second.news.term}, ${Math.round(second.news.atMs - killedMs)} ms after the kill: ` +
      'nobody may lead before the old lease is over.',
  );

  tell(`\nAn operator taints ${second.runner.id} …`);
  const taintedMs = machineMs();
  await call('PUT', `/v1/groups/${GROUP}/runners/${second.runner.id}/taints/maintenance`, {
    reason: 'demo: upgrade',
  });
  const third = await nextLeader(second.news.term!);
  const revoked = await world.until(`${second.runner.id} is revoked`, () =>
    second.runner.news.find(({ event }) => event === 'revoked'),
  );
  tell(
    `  ${second.runner.id} was told to stop after ${Math.round(revoked.atMs - taintedMs)} ms; ${third.runner.id} leads in term ` +
      `${third.news.term}, ${Math.round(third.news.atMs - taintedMs)} ms after the taint.`,
  );
  if (third.runner === second.runner) throw new Error('a tainted runner was elected');
  await showHistory();
}

async function showHistory(): Promise<void> {
  const { events } = await call<HistoryPage>('GET', `/v1/groups/${GROUP}/history`);
  const table = new Table({
    head: ['#', 'time (UTC)', 'event', 'runner', 'term', 'cause', 'by'],
    style: { head: [], border: [] },
  });
  for (const { version, type, data, meta } of events) {
    const text = (value: unknown): string =>
      typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    const cause = data.cause ?? data.evidence ?? (data.taint as { key: string } | undefined)?.key;
    table.push([
      version,
      meta.at.slice(11, 23),
      type,
      text(data.runner),
      text(data.term),
      text(cause),
      meta.actor,
    ]);
  }
  tell(`\nEvery decision is in the history of the group:\n${table.toString()}`);
}

try {
  await story();
  tell('\nThat was Conclave. Next: npm start, then the tour in README.md.');
} catch (error) {
  console.error(`\nThe demo failed: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await world.end();
}
process.exit();
