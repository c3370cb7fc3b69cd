import type { ProblemReply } from '@conclave/contract';
import { CliError } from './cli-error.js';
import { inOptions } from './meaning/in-options.js';

function standingInWords({ state, leader, term }: NonNullable<ProblemReply['current']>): string {
  if (!leader) return `nobody leads, term ${term}`;
  return state === 'handover'
    ? `handover, "${leader.runner}" holds term ${term}`
    : `"${leader.runner}" leads, term ${term}`;
}

/** It was read too late, or the store is away, or full. */
export const CANNOT_NOW: ReadonlySet<number> = new Set([408, 503, 507]);

/** What to do about it here; the server's own words are for whoever speaks HTTP. */
const NEXT: Readonly<Record<string, string>> = {
  'log-replaced': ' See docs/restore.md; conclave log shows it, and accepts it.', // it is over when somebody has looked
  'history-sealed': ' Its archive has it: history, at, explain and verify take it with --archive.',
  unauthenticated: ' A credential is given with --token-file, or in CONCLAVE_TOKEN_FILE (docs/access.md).',
};

/** What a server refused, and what is true now, in its own code. */
export function refusal(
  status: number,
  { code, detail: said = 'refused', current, errors }: Partial<ProblemReply>,
): CliError {
  const detail = errors?.length ? inOptions(errors) : said;
  const now = current ? ` Now: ${standingInWords(current)}.` : '';
  const named = code ?? String(status);
  const next = detail.includes('It was accepted') ? undefined : NEXT[named];
  return new CliError(CANNOT_NOW.has(status) ? 4 : 3, `${named}: ${detail}${now}${next ?? ''}`, {
    code: named,
    detail,
    ...(current && { current }),
  });
}
