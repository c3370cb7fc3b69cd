import { Command } from 'commander';
import { VERSION } from '@conclave/kernel';
import { agent } from './agent/agent.js';
import { auditing } from './auditing/auditing.js';
import { tellEnd, tellUsage, wantsJson } from './remote/telling.js';
import { archiving } from './sealing/archiving.js';
import { completing } from './completion/completing.js';
import { deleting } from './sealing/deleting.js';
import { forgetting } from './sealing/forgetting.js';
import { developing } from './dev/developing.js';
import { log } from './commands/log.js';
import { history } from './auditing/history.js';
import { looking } from './commands/looking.js';
import { moving } from './copying/moving.js';
import { operating } from './commands/operating.js';
import { setting } from './orders/setting.js';
import { transferring } from './orders/transferring.js';
import { heard } from './auditing/heard.js';
import { attempts } from './auditing/attempts.js';
import { clocks } from './commands/clocks.js';
import { servers } from './commands/servers.js';
import { webhooks } from './webhooks/webhooks.js';
import { rolling } from './rollout/rolling.js';
import { running } from './commands/run.js';
import { configuring, serveHere } from './commands/serving.js';
import { backingUp } from './copying/backing-up.js';
import { approving } from './access/approving.js';
import { tokens } from './access/tokens.js';
import { whoami } from './access/whoami.js';
import { refusedToken } from './terminal/options.js';
import { protectTerminal } from './terminal/protect.js';
import { witnessing } from './witness/witnessing.js';

protectTerminal();
const program = new Command('conclave')
  .version(VERSION, '-V, --version')
  .addOption(refusedToken())
  .enablePositionalOptions() // `prove deploy --version 7` means an event
  .description(
    'Leader election for runner groups. Exit codes: 0 ok, 1 a command it ran failed or a check found something wrong, 2 usage, 3 refused, 4 not reachable, 130 interrupted (Ctrl-C); run passes on that of its program.',
  )
  .showHelpAfterError(wantsJson() ? false : '(conclave --help shows what there is)')
  .configureOutput({ outputError: tellUsage })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** Usage errors of `token create` are those of all. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const one of command.commands) inheriting(one, command);
  return command;
}

for (const command of [
  ...looking(),
  history(),
  ...auditing(),
  ...operating(),
  transferring(),
  setting(),
  archiving(),
  deleting(),
  forgetting(),
  log(),
  clocks(),
  servers(),
  attempts(),
  webhooks(),
  heard(),
  rolling(),
  running(),
  agent(),
  developing(),
  ...moving(),
  witnessing(),
  ...backingUp(),
  configuring(),
  whoami(),
  tokens(),
  ...approving(),
])
  program.addCommand(inheriting(command, program));

program
  .command('serve')
  .description('run a server; configured by flags, CONCLAVE_* variables and a file (docs/configuration.md)')
  .allowUnknownOption()
  .helpOption(false)
  .argument('[flags...]', '--port 7600 and the like: serve --help shows them')
  .action((flags: string[]) => serveHere(flags));

// `help --help` is help, too: else the second word would be the name of a command that is not there
const isHelp = process.argv[2] === 'help';
const words = process.argv.filter((word) => !isHelp || (word !== '--help' && word !== '-h'));

try {
  if (!(await completing(program))) await program.parseAsync(words);
} catch (error) {
  tellEnd(error);
}
