import { type Command, Option } from 'commander';
import { PIN_MODES, TAINT_EFFECTS, type LeaderReply } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { request, type Wish } from '../remote/client.js';
import { act } from '../terminal/confirming.js';
import { FOR, lifetime, UNTIL_GONE, type Lifetime } from '../terminal/lifetime.js';
import {
  durationMs,
  groupPath as at,
  guard,
  reachable,
  wholeNumber,
  withExamples,
} from '../terminal/options.js';

/** A command that changes something, with what all of them have. */
export const operator = (name: string, description: string, ...examples: string[]): Command =>
  withExamples(
    reachable(name, description)
      .option('--reason <text>', 'why; stays in the history')
      .option('--if-term <n>', 'only if this is still the last term', wholeNumber)
      .option('--dry-run', 'say what would happen, change nothing')
      .option('-y, --yes', 'do not ask'),
    ...examples,
  );

/** Commands that change something. */
export const operating = (): Command[] => [
  operator(
    'taint',
    'keep a runner from leading',
    'taint deploy runner-1 maintenance --for 2h --reason "disk swap"',
  )
    .argument('<group>')
    .argument('<runner>')
    .argument('<key>')
    .addOption(new Option('--effect <effect>', 'how it keeps it').choices(TAINT_EFFECTS).default('NoLead'))
    .option(...FOR)
    .option(...UNTIL_GONE)
    .action(
      guard((g: string, r: string, key: string, wish: Wish & Lifetime & { effect?: string }) =>
        act(wish, 'PUT', at(g, 'runners', r, 'taints', key), { effect: wish.effect, ...lifetime(wish) }),
      ),
    ),
  operator('untaint', 'lift a taint', 'untaint deploy runner-1 maintenance')
    .argument('<group>')
    .argument('<runner>')
    .argument('<key>')
    .action(
      guard((g: string, r: string, key: string, wish: Wish) =>
        act(
          wish,
          'DELETE',
          at(g, 'runners', r, 'taints', key),
          {},
          `"${r}" has no taint "${key}" (conclave group ${g} says which it has)`,
        ),
      ),
    ),
  operator(
    'pin',
    'only this runner may lead, or it leads whenever it can (--mode prefer)',
    'pin deploy runner-2 --for 1h --reason canary',
  )
    .argument('<group>')
    .argument('<runner>')
    .addOption(new Option('--mode <mode>', 'only it, or it first').choices(PIN_MODES).default('strict'))
    .option(...FOR)
    .option(...UNTIL_GONE)
    .action(
      guard((g: string, runner: string, wish: Wish & Lifetime & { mode?: string }) =>
        act(wish, 'PUT', at(g, 'pin'), { runner, mode: wish.mode, ...lifetime(wish) }),
      ),
    ),
  operator('unpin', 'lift the pin', 'unpin deploy')
    .argument('<group>')
    .action(guard((g: string, wish: Wish) => act(wish, 'DELETE', at(g, 'pin'), {}, `"${g}" is not pinned`))),
  operator(
    'pause',
    'hold elections: a leader stays, nobody is elected',
    'pause deploy --for 30m --reason freeze',
  )
    .argument('<group>')
    .option(...FOR)
    .action(guard((g: string, wish: Wish & Lifetime) => act(wish, 'PUT', at(g, 'pause'), lifetime(wish)))),
  operator(
    'drain',
    'tell the leader to stop, and let nobody follow until elections are resumed',
    'drain deploy --for 30m --reason "database upgrade"',
  )
    .argument('<group>')
    .option(...FOR)
    .action(guard((g: string, wish: Wish & Lifetime) => act(wish, 'POST', at(g, 'drain'), lifetime(wish)))),
  operator('resume', 'let elections go on', 'resume deploy')
    .argument('<group>')
    .action(
      guard((g: string, wish: Wish) =>
        act(wish, 'DELETE', at(g, 'pause'), {}, `elections of "${g}" are not paused`),
      ),
    ),
  operator(
    'forgive',
    'forget that a runner fell silent often: damping holds it back no longer',
    'forgive deploy runner-1 --reason "switch replaced"',
  )
    .argument('<group>')
    .argument('<runner>')
    .action(guard((g: string, r: string, wish: Wish) => act(wish, 'POST', at(g, 'runners', r, 'forgive')))),
  operator(
    'resign',
    'vouch that the leader has stopped: its term ends at once',
    'resign deploy runner-1 --cooldown 5m --reason "process is dead"',
  )
    .argument('<group>')
    .argument('<runner>')
    .option('--cooldown <duration>', 'not elected again for so long; default: two leases', durationMs)
    .addHelpText(
      'after',
      '\nThis is a promise on the behalf of the runner. If it still works, two may act at once: to move a live leader use transfer.',
    )
    .action(guard(resign)),
  operator(
    'deregister',
    'remove a runner that is gone for good',
    'deregister deploy runner-9 --reason "machine sold"',
  )
    .argument('<group>')
    .argument('<runner>')
    .addHelpText('after', '\nOne that lives registers again at once: to keep it from leading use taint.')
    .action(guard((g: string, r: string, wish: Wish) => act(wish, 'DELETE', at(g, 'runners', r)))),
];

/** The term and the process are those of now: if another was meant, `--if-term` refuses it. */
async function resign(
  g: string,
  r: string,
  { cooldown: cooldownMs, ...wish }: Wish & { cooldown?: number },
): Promise<void> {
  const { leader, term } = await request<LeaderReply>(wish, 'GET', at(g, 'leader'));
  if (leader?.runner !== r)
    throw new CliError(
      3,
      `"${r}" does not lead "${g}": ${leader ? `"${leader.runner}" does, in term ${term}` : 'nobody does'}.`,
    );
  return act(wish, 'POST', at(g, 'runners', r, 'resign'), {
    incarnation: leader.incarnation,
    term,
    cooldownMs,
  });
}
