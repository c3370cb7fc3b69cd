import type { Command } from 'commander';
import type { LogReply } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { request, type Wish } from '../remote/client.js';
import { guard, reachable, withExamples } from '../terminal/options.js';
import { show } from '../terminal/output.js';

function print(wish: Wish, log: LogReply): void {
  if (log.state === 'replaced' && !log.accepted) process.exitCode = 1;
  const rows = log.groups.map(({ group, known, found }) => [
    group,
    known.version,
    found.version,
    known.term,
    found.term,
  ]);
  if (wish.json || rows.length > 0)
    show(wish, log, ['group', 'version known', 'found', 'term known', 'found'], rows);
  if (wish.json) return;
  if (log.state === 'known') return console.log('the log is the one that the server knows');
  console.log(log.why);
  if (log.accepted) {
    const { by, reason, waitMs } = log.accepted;
    return console.log(
      `accepted by ${by} (${reason}); leases that may be out are over in ${(waitMs / 1_000).toFixed(1)} s, then it goes on`,
    );
  }
  console.log(
    `nothing is granted or decided; "conclave log accept --reason …" takes it as it is (digest ${log.digest})`,
  );
}

/** The log as a whole, after a restore. */
export function log(): Command {
  const look = withExamples(
    reachable('log', 'whether the log is the one that the server knew; accept one that is not'),
    'log',
  ).action(guard(async (wish: Wish) => print(wish, await request(wish, 'GET', '/v1/log'))));
  look.enablePositionalOptions().addCommand(
    withExamples(
      reachable('accept', 'take the log as it is, after a restore: terms go on above every one that is known')
        .option('--reason <text>', 'why; stays in the history')
        .option('--digest <digest>', 'only if just this is different'),
      'log accept --reason "restored the backup of 3 a.m., disk of db-1 died"',
    ).action(
      guard(async ({ digest, ...wish }: Wish & { digest?: string }) => {
        if (!wish.reason) throw new CliError(2, 'give --reason: it stays in the history of every group');
        print(
          wish,
          await request(wish, 'POST', '/v1/log/accept', { reason: wish.reason, ...(digest && { digest }) }),
        );
      }),
    ),
  );
  return look;
}
