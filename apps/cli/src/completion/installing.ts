import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { makeFolder } from '@conclave/launch';
import { CliError } from '../remote/cli-error.js';
import { home } from '../remote/home.js';

/** Where a shell finds a completion, and the file that must mention it, if it does not look there by itself. */
interface Place {
  file: string;
  startup: string | null;
}

/** Throws {@link CliError} (2) for a shell that nobody has a place for, or without a home. */
function placeFor(shell: string): Place {
  const { env } = process;
  const ours = home();
  if (ours === null) throw new CliError(2, '--install needs to know your home: HOME is not set.');
  const data = join(env.XDG_DATA_HOME || join(ours, '.local', 'share'), 'conclave');
  if (shell === 'bash') return { file: join(data, 'completion.bash'), startup: join(ours, '.bashrc') };
  if (shell === 'zsh')
    return { file: join(data, 'completion.zsh'), startup: join(env.ZDOTDIR || ours, '.zshrc') };
  const config = env.XDG_CONFIG_HOME || join(ours, '.config');
  if (shell === 'fish') return { file: join(config, 'fish', 'completions', 'conclave.fish'), startup: null };
  throw new CliError(
    2,
    `--install is for bash, zsh and fish; put what "conclave complete ${shell}" prints where ${shell} looks.`,
  );
}

/** For every new shell of this user. Can be repeated: it replaces what it wrote. Throws {@link CliError}. */
export function install(shell: string, script: string): void {
  const { file, startup } = placeFor(shell);
  try {
    makeFolder(dirname(file));
    writeFileSync(file, script);
    if (startup !== null) mention(startup, `[ -f '${file}' ] && . '${file}' # completion of conclave`);
  } catch (error) {
    throw new CliError(3, `completion cannot be installed: ${(error as Error).message}`);
  }
  console.log(`installed in ${file}${startup === null ? '' : `, named in ${startup}`}; new shells have it`);
  if (!isOnPath('conclave'))
    console.error(
      'conclave: it completes a command called "conclave", and there is none on your PATH yet: npm install -g .',
    );
}

function mention(startup: string, line: string): void {
  const before = existsSync(startup) ? readFileSync(startup, 'utf8') : '';
  if (before.split('\n').includes(line)) return;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  appendFileSync(startup, `${gap}${line}\n`); // what is there is not written again: a full disk would leave nothing of it
}

const isOnPath = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
