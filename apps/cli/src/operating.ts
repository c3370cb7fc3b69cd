import { Command, InvalidArgumentError } from 'commander';
import { CliError, request, type Wish } from './client.js';
import { showWrite } from './output.js';

interface Lifetime {
  for?: number;
  untilGone?: string;
  effect?: string;
  mode?: string;
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `2h`, `3d`. */
export function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (!match) throw new InvalidArgumentError('Take a number with ms, s, m, h or d, like 15m.');
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

export const reachable = (command: Command): Command =>
  command
    .option('--url <url>', 'server; default: CONCLAVE_URL or http://127.0.0.1:7600')
    .option('--token <token>', 'default: CONCLAVE_TOKEN')
    .option('--as <name>', 'who you are in the record; default: CONCLAVE_ACTOR or your user name')
    .option('--json', 'JSON for programs');

/** Runs an action; a refusal is one line on stderr, exit code 3; an unreachable server 4. */
export const guarded =
  <A extends unknown[]>(action: (...args: A) => Promise<void>) =>
  async (...args: A): Promise<void> => {
    try {
      await action(...args);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      process.stderr.write(`conclave: ${error.message}\n`);
      process.exitCode = error.exitCode;
    }
  };

const operator = (name: string, description: string, example: string): Command =>
  reachable(new Command(name).description(description))
    .option('--reason <text>', 'why; stays in the history')
    .option('--if-term <n>', 'only if this is still the last term')
    .option('--dry-run', 'say what would happen, change nothing')
    .addHelpText('after', `\nExample:\n  $ conclave ${example}\n`);

async function act(wish: Wish, method: 'PUT' | 'POST' | 'DELETE', path: string, body: object = {}): Promise<void> {
  const query = new URLSearchParams(wish.dryRun ? { dryRun: 'true' } : {});
  const conditions = { ...(wish.reason && { reason: wish.reason }), ...(wish.ifTerm && { ifTerm: Number(wish.ifTerm) }) };
  if (method === 'DELETE') for (const [name, value] of Object.entries(conditions)) query.set(name, String(value));
  const content = method !== 'DELETE' ? { ...body, ...conditions } : undefined;
  showWrite(wish, await request(wish, method, `${path}${query.size > 0 ? `?${query.toString()}` : ''}`, content));
}

const at = (...parts: string[]): string => `/v1/groups/${parts.map(encodeURIComponent).join('/')}`;
const lifetime = ({ for: ttlMs, untilGone }: Lifetime): object => ({
  ...(ttlMs && { ttlMs }),
  ...(untilGone && { until: { runnerGone: untilGone } }),
});
const FOR = ['--for <duration>', 'ends by itself after 15m, 2h, 3d …', durationMs] as const;
const UNTIL_GONE = ['--until-gone <runner>', 'ends when that runner is gone'] as const;

/** Commands that change something. */
export const operating = (): Command[] => [
  operator('taint', 'keep a runner from leading', 'taint deploy runner-1 maintenance --for 2h --reason "disk swap"')
    .argument('<group>')
    .argument('<runner>')
    .argument('<key>')
    .option('--effect <effect>', 'NoLead, NoElect or PreferNoLead', 'NoLead')
    .option(...FOR)
    .option(...UNTIL_GONE)
    .action(
      guarded((g: string, r: string, key: string, wish: Wish & Lifetime) =>
        act(wish, 'PUT', at(g, 'runners', r, 'taints', key), { effect: wish.effect, ...lifetime(wish) }),
      ),
    ),
  operator('untaint', 'lift a taint', 'untaint deploy runner-1 maintenance')
    .argument('<group>')
    .argument('<runner>')
    .argument('<key>')
    .action(guarded((g: string, r: string, key: string, wish: Wish) => act(wish, 'DELETE', at(g, 'runners', r, 'taints', key)))),
  operator('pin', 'only this runner may lead, or it leads whenever it can (--mode prefer)', 'pin deploy runner-2 --for 1h --reason canary')
    .argument('<group>')
    .argument('<runner>')
    .option('--mode <mode>', 'strict or prefer', 'strict')
    .option(...FOR)
    .option(...UNTIL_GONE)
    .action(
      guarded((g: string, runner: string, wish: Wish & Lifetime) => act(wish, 'PUT', at(g, 'pin'), { runner, mode: wish.mode, ...lifetime(wish) })),
    ),
  operator('transfer', 'hand the lead over once, to a runner or to the next best', 'transfer deploy --to runner-2 --reason "rolling upgrade"')
    .argument('<group>')
    .option('--to <runner>')
    .option('--force', 'do not wait until the old leader has stopped: both may act for a moment')
    .option('--deadline <duration>', 'give up the target if the old leader has not stopped by then', durationMs)
    .action(
      guarded((g: string, { to, force, deadline, ...wish }: Wish & { to?: string; force?: boolean; deadline?: number }) =>
        act(wish, 'POST', at(g, 'transfer'), { to, force, deadlineMs: deadline }),
      ),
    ),
  operator('unpin', 'lift the pin', 'unpin deploy')
    .argument('<group>')
    .action(guarded((g: string, wish: Wish) => act(wish, 'DELETE', at(g, 'pin')))),
  operator('pause', 'hold elections: a leader stays, nobody is elected', 'pause deploy --for 30m --reason freeze')
    .argument('<group>')
    .option(...FOR)
    .action(guarded((g: string, wish: Wish & Lifetime) => act(wish, 'PUT', at(g, 'pause'), lifetime(wish)))),
  operator('resume', 'let elections go on', 'resume deploy')
    .argument('<group>')
    .action(guarded((g: string, wish: Wish) => act(wish, 'DELETE', at(g, 'pause')))),
  operator('set', 'create a group or change its settings', 'set deploy failback=always leaseMs=30000')
    .argument('<group>')
    .argument('<setting...>', 'name=value')
    .action(guarded((g: string, settings: string[], wish: Wish) => act(wish, 'PUT', at(g), Object.fromEntries(settings.map(setting))))),
  operator('deregister', 'remove a runner that is gone for good', 'deregister deploy runner-9 --reason "machine sold"')
    .argument('<group>')
    .argument('<runner>')
    .action(guarded((g: string, r: string, wish: Wish) => act(wish, 'DELETE', at(g, 'runners', r)))),
];

function setting(text: string): [string, string | number] {
  const [name = '', value] = text.split('=', 2);
  if (value === undefined) throw new CliError(3, `"${text}" is no setting; write name=value, like leaseMs=30000.`);
  return [name, /^\d+$/.test(value) ? Number(value) : value];
}
