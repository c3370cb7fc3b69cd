import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import en from 'zod/v4/locales/en.js';
import * as z from 'zod/mini';
import { CliError } from './cli-error.js';
import { home } from './home.js';
import { warnOnce } from './telling.js';

/** The small zod: of the whole one all is loaded. It says `Invalid input` of all, without words. */
z.config(en());
const text = z.optional(z.string().check(z.minLength(1)));
const ConfigFile = z.strictObject({
  url: text,
  token: text,
  tokenFile: text,
  ca: text,
  cert: text,
  key: text,
  as: text,
});
type ConfigFile = z.infer<typeof ConfigFile>;

/** Null: there is no place for one. */
function pathOf(environment: NodeJS.ProcessEnv): string | null {
  if (environment.CONCLAVE_CONFIG) return environment.CONCLAVE_CONFIG;
  const ours = home();
  const folder = environment.XDG_CONFIG_HOME || (ours && join(ours, '.config'));
  return folder && join(folder, 'conclave', 'config.json');
}

/** That there is none, or that another user's folder cannot be looked into (HOME was left as it was by `setpriv`, `runuser`). */
const NONE_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EACCES']);

/**
 * What `{"url", "token", "tokenFile", "ca", "cert", "key", "as"}` of the config file say; flags and environment come first. No file is an empty
 * one, unless CONCLAVE_CONFIG names it. Throws {@link CliError} (2) for a file that cannot be read as that.
 */
export function configFile(environment: NodeJS.ProcessEnv = process.env): ConfigFile {
  const path = pathOf(environment);
  if (path === null) return {};
  const refuse = (what: string): never => {
    throw new CliError(2, `config file "${path}": ${what}`);
  };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (environment.CONCLAVE_CONFIG || existsSync(path) || !NONE_THERE.has(code)) return refuse(message);
    if (code === 'EACCES') warnOnce(`warning: whether there is a config file cannot be seen (${message})`);
    return {};
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return refuse('is no JSON'); // the parser would show a piece of it, which may be the token
  }
  const parsed = ConfigFile.safeParse(content);
  if (parsed.data?.token !== undefined) warnOfReaders(path);
  return parsed.success
    ? parsed.data
    : refuse(
        `may have url, token, tokenFile, ca, cert, key and as, all text; ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
      );
}

function warnOfReaders(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  warnOnce(
    `warning: config file "${path}" holds a token, and others can read it (${mode.toString(8)}): chmod 600 ${path}`,
  );
}
