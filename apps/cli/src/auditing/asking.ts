import { InvalidArgumentError } from 'commander';
import { auditsOf, type Asked, type Where } from '../histories/audits.js';
import { CliError } from '../remote/cli-error.js';
import type { Reach } from '../remote/client.js';
import { instant, wholeNumber } from '../terminal/options.js';

/** Where an audit gets its history from: a server, a file, or a store; and archives of what is sealed there. */
export interface Source extends Reach, Where {}

/** What ended an audit: a server, a file or a store that cannot be read, or what it refuses. */
export function told(error: unknown): CliError {
  const { code, message, name } = error as Error & { code?: string };
  if (error instanceof CliError) return error;
  return name === 'AuditRefused'
    ? new CliError(3, `${code}: ${message}`)
    : new CliError(code === 'store-unavailable' ? 4 : 3, message);
}

/** Opens what the options name, asks, closes. */
export async function ask<T>(
  options: Source,
  work: (audits: Asked) => Promise<T>,
  isToBeVerified = false,
): Promise<T> {
  let audits: Asked | undefined;
  try {
    audits = await auditsOf(options, isToBeVerified);
    return await work(audits);
  } catch (error) {
    throw told(error);
  } finally {
    await audits?.close();
  }
}

/** An instant, or a version of a group. */
export function momentOf(text: string): { version: number } | { time: string } {
  if (/^\d+$/.test(text)) return { version: wholeNumber(text) };
  try {
    return { time: instant(text) };
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message.replace(/\.$/, '')}; or a version, like 17.`);
  }
}
