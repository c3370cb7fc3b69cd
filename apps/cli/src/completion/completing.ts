import { ID_PATTERN, type GroupsPage } from '@conclave/contract';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { request } from '../remote/client.js';
import { runnersOf } from '../remote/runners.js';
import { install } from './installing.js';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

/**
 * `complete <shell>` prints a script that asks this program again, `--install` puts it where the shell finds it; ids of
 * groups and runners come from the server. True if that was all.
 */
export async function completing(program: Command): Promise<boolean> {
  const root = tab(program);
  const command = program.commands.find((one) => one.name() === 'complete')!;
  command.option('--install', 'for every new bash, zsh or fish of yours; it can be repeated');
  command.addHelpText('after', HELP);
  const [name, ...rest] = process.argv.slice(2);
  if (name !== 'complete') return false;
  if (rest[0] === '--') {
    await addIds(root, rest.slice(1), program);
    return false;
  }
  const shell = rest.find((word) => SHELLS.includes(word));
  if (shell === undefined || rest.some((word) => word !== shell && word !== '--install')) return false;
  const script = scriptFor(root, shell);
  if (rest.includes('--install')) install(shell, script);
  else process.stdout.write(script);
  return true;
}

const HELP = `
Examples:
  $ conclave complete bash --install
  $ eval "$(conclave complete zsh)"
  $ conclave complete fish | source
`;

/**
 * Not that of the library, which hands the line to `eval`, and ids to `compgen -W`: what a line or a server says would be carried
 * out at a Tab. Words as bash-completion has them, where it is there: `=` and `:` end none.
 */
const BASH = `# bash completion for conclave
__conclave_complete() {
    local cur words cword out word
    if declare -F _get_comp_words_by_ref > /dev/null; then
        _get_comp_words_by_ref -n "=:" cur words cword
    else
        words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]}
    fi
    COMPREPLY=()
    out=$(conclave complete -- "\${words[@]:1:cword}" 2> /dev/null) || return
    while IFS=$'\\t' read -r word _; do
        if [[ $word != :* && $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
    done <<< "$out"
}
complete -o default -F __conclave_complete conclave
`;
/** Where nobody has switched completion on, there is nothing to add to. */
const ZSH = `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
`;

/** The library answers that files are not meant, of whatever it does not know itself; this is a bit that it never sets. */
const NO_FILES = /(shellCompDirectiveNoFileComp[= ])4\b/g;

/** The library only prints. */
function scriptFor(root: ReturnType<typeof tab>, shell: string): string {
  if (shell === 'bash') return BASH;
  const { log } = console;
  let script = '';
  console.log = (text: string) => (script += `${text}\n`);
  try {
    root.setup('conclave', 'conclave', shell);
  } finally {
    console.log = log;
  }
  script = script.replace(NO_FILES, (_, name) => `${name}64`);
  return shell === 'zsh' ? script.replace(/^compdef /m, `${ZSH}compdef `) : script;
}

/** A shell stands still while it waits for words. */
const ANSWER_MS = 1_500;

async function addIds(root: ReturnType<typeof tab>, words: string[], program: Command): Promise<void> {
  if (words.length < 2) return; // it is the command that is being completed
  process.env.CONCLAVE_TIMEOUT_MS = String(ANSWER_MS);
  const known = await idsFor(groupIn(words));
  const handlerFor = (name: string) => {
    const ids = known[name as keyof typeof known];
    return ids && ((complete: (id: string, about: string) => void) => ids.forEach((id) => complete(id, '')));
  };
  for (const command of root.commands.values())
    for (const [name, argument] of command.arguments) argument.handler = handlerFor(name) ?? argument.handler;
  for (const command of program.commands)
    for (const { long, flags } of command.options) {
      const option = root.commands.get(command.name())?.options.get(long?.slice(2) ?? '');
      if (option) option.handler = handlerFor(/<(\w+)>$/.exec(flags)?.[1] ?? '') ?? option.handler; // `--to <runner>`
    }
}

/** Of which the runners are asked. */
function groupIn([, first, ...words]: readonly string[]): string | undefined {
  const named = [first, ...words].indexOf('--group');
  return named < 0 ? first : words[named];
}

/**
 * A server that does not answer completes nothing: a shell must not show its error. Both are asked at once, and each
 * refusal is caught where it is asked: one that comes while the other is awaited would end the process.
 */
async function idsFor(group: string | undefined): Promise<{ group: string[]; runner: string[] }> {
  const [groups, runners] = await Promise.all([
    idsOf(request<GroupsPage>({}, 'GET', '/v1/groups?limit=1000'), (page) =>
      page.groups.map((one) => one.group),
    ),
    group ? idsOf(runnersOf({}, group), (runners) => runners.map((one) => one.runner)) : [],
  ]);
  return { group: groups, runner: runners };
}

/** Who is asked may be anybody: a shell is given ids only. */
async function idsOf<Page>(asked: Promise<Page>, read: (page: Page) => string[]): Promise<string[]> {
  return asked.then((page) => read(page).filter((id) => ID_PATTERN.test(id))).catch(() => []);
}
