import type { Unreadable } from '@conclave/contract';
import { CliError } from './cli-error.js';

/** True if the command line asks for JSON; what stands behind `--` is another program's. */
export function wantsJson(): boolean {
  const end = process.argv.indexOf('--');
  return process.argv.slice(2, end < 0 ? undefined : end).includes('--json');
}

/** Warnings of a command whose error, if there is one, must be a single JSON object. */
const heldBack: string[] = [];
process.once('exit', () => heldBack.forEach((text) => console.error(text)));

export function warn(text: string): void {
  if (wantsJson()) heldBack.push(text);
  else console.error(text);
}

const warned = new Set<string>();

/** However many requests a command makes. `about`: of what, where the text itself changes. */
export function warnOnce(text: string, about = text): void {
  if (!warned.has(about)) warn(text);
  warned.add(about);
}

/** What a list cannot tell of. */
export const unusable = ({ group, detail }: Unreadable[number]): string =>
  `nothing can be said of group "${group}": ${detail}`;

/** On stderr: one line for people, one object for programs. What it sets is the exit code of this process. */
export function tellError({ exitCode, message, details }: CliError): void {
  process.exitCode = exitCode;
  if (!wantsJson()) return console.error(`conclave: ${message}`);
  const warnings = heldBack.splice(0);
  console.error(JSON.stringify({ ...details, exitCode, ...(warnings.length > 0 && { warnings }) }));
}

/** What is told of an error. Throws it if it is a defect. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) throw error;
  return new CliError(3, message); // a file or folder that somebody named, or a disk that is full
}

/** Whatever ended a command; a defect ends the process, with where it is. */
export const tellEnd = (error: unknown): void => tellError(asCliError(error));

/** What the parser of the command line says of it, as it says it, or as one object. */
export function tellUsage(text: string, write: (text: string) => void): void {
  if (wantsJson()) tellError(new CliError(2, text.trim().replace(/^error: /, '')));
  else write(text);
}

/** On stderr, how a command that takes long goes on: in words, or as an object a line. */
export const say = (text: string): void =>
  console.error(wantsJson() ? JSON.stringify({ message: text }) : `conclave: ${text}`);
