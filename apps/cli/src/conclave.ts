import { Command } from 'commander';
import { VERSION } from '@conclave/kernel';
import { commandsFor } from './by-name.js';
import { tellEnd, tellUsage, wantsJson } from './remote/telling.js';
import { refusedToken } from './terminal/options.js';
import { protectTerminal } from './terminal/protect.js';

protectTerminal();
const program = new Command('conclave')
  .version(VERSION, '-V, --version')
  .addOption(refusedToken())
  .enablePositionalOptions() // `prove deploy --version 7` means an event
  .description(
    'Leader election for runner groups. Exit codes: 0 ok, 1 a command it ran failed or a check found something wrong, 2 usage, 3 refused, 4 not reachable, 130 interrupted (Ctrl-C); run --once passes on that of its program.',
  )
  .addHelpText(
    'after',
    '\nOptions stand behind the command: conclave groups --url http://127.0.0.1:7600 --token-file <file>. conclave <command> --help shows them.',
  )
  .showHelpAfterError(wantsJson() ? false : '(conclave --help shows what there is)')
  .configureOutput({ outputError: tellUsage })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** Usage errors of `token create` are those of all, and each help says what must be given; what `serve` is told is for the server, `--help` too. */
function inheriting(command: Command, parent: Command): Command {
  if (command.name() === 'serve') return command;
  command.copyInheritedSettings(parent);
  for (const option of command.options)
    if (option.mandatory)
      option.description = [option.description, 'must be given'].filter(Boolean).join('; ');
  for (const one of command.commands) inheriting(one, command);
  return command;
}

const [first, , completed, ...behind] = process.argv.slice(2);
const isCompleting = first === 'complete';
// a shell stands still meanwhile: behind its name, one is completed without the others
const { commands, isOne } = await commandsFor(isCompleting && behind.length > 0 ? completed : first);
for (const command of commands) program.addCommand(inheriting(command, program));

/** True if completion was asked for, and that was all. Without words it is a command like others: in the help, too. */
async function isCompletion(): Promise<boolean> {
  const { completing } = await import('./completion/completing.js');
  return completing(program);
}

/** The library takes one word behind `help`, and options as names; a command of a group shows its own. */
function helpAsked([help, ...given]: readonly string[]): string[] {
  const named = given.filter((word) => word !== '--help' && word !== '-h');
  const isGroup = program.commands.some((one) => one.name() === named[0] && one.commands.length > 0);
  return isGroup ? [...named, '--help'] : [help!, ...named];
}

const words = process.argv.slice(2);
const asked = first === 'help' ? helpAsked(words) : words;

try {
  if ((isOne && !isCompleting) || !(await isCompletion())) await program.parseAsync(asked, { from: 'user' });
} catch (error) {
  tellEnd(error);
}
