import type { Command } from 'commander';

type Make = () => Promise<Command | Command[]>;

/**
 * What makes commands, and their names, in the order of the help. Only what is asked for is loaded: all together takes twice as
 * long as to ask a server.
 */
export const MAKERS: readonly [names: string, make: Make][] = [
  ['groups group leader watch', async () => (await import('./commands/looking.js')).looking()],
  ['history', async () => (await import('./auditing/history.js')).history()],
  [
    'at diff explain verify head prove keys what-if tenures report',
    async () => (await import('./auditing/auditing.js')).auditing(),
  ],
  [
    'taint untaint pin unpin pause drain resume forgive resign deregister',
    async () => (await import('./commands/operating.js')).operating(),
  ],
  ['transfer', async () => (await import('./orders/transferring.js')).transferring()],
  ['set', async () => (await import('./orders/setting.js')).setting()],
  ['archive', async () => (await import('./sealing/archiving.js')).archiving()],
  ['delete', async () => (await import('./sealing/deleting.js')).deleting()],
  ['forget', async () => (await import('./sealing/forgetting.js')).forgetting()],
  ['log', async () => (await import('./commands/log.js')).log()],
  ['clocks', async () => (await import('./commands/clocks.js')).clocks()],
  ['servers', async () => (await import('./commands/servers.js')).servers()],
  ['attempts', async () => (await import('./auditing/attempts.js')).attempts()],
  ['webhook', async () => (await import('./webhooks/webhooks.js')).webhooks()],
  ['heard', async () => (await import('./auditing/heard.js')).heard()],
  ['rollout', async () => (await import('./rollout/rolling.js')).rolling()],
  ['run', async () => (await import('./commands/run.js')).running()],
  ['agent', async () => (await import('./agent/agent.js')).agent()],
  ['dev', async () => (await import('./dev/developing.js')).developing()],
  ['export import', async () => (await import('./copying/moving.js')).moving()],
  ['witness', async () => (await import('./witness/witnessing.js')).witnessing()],
  ['backup restore', async () => (await import('./copying/backing-up.js')).backingUp()],
  ['config', async () => (await import('./commands/serving.js')).configuring()],
  ['whoami', async () => (await import('./access/whoami.js')).whoami()],
  ['token', async () => (await import('./access/tokens.js')).tokens()],
  ['approve withdraw', async () => (await import('./access/approving.js')).approving()],
  ['serve', async () => (await import('./commands/serving.js')).serving()],
];

/** What the program says without any. */
const VERSION: ReadonlySet<string> = new Set(['-V', '--version']);

/** All that `name` could mean: the one, or all where there is none. `isOne`: it is that one. */
export async function commandsFor(name = ''): Promise<{ commands: Command[]; isOne: boolean }> {
  if (VERSION.has(name)) return { commands: [], isOne: true };
  const one = MAKERS.filter(([names]) => names.split(' ').includes(name));
  const isOne = one.length > 0;
  const made = await Promise.all((isOne ? one : MAKERS).map(async ([, make]) => make()));
  return { commands: made.flat(), isOne };
}
