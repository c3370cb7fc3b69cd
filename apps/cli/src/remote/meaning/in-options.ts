import type { ProblemReply } from '@conclave/contract';
import { durationInWords } from './durations.js';

/** What the API calls otherwise than the command line does. */
const OPTIONS: Readonly<Record<string, string>> = {
  ttlMs: '--for',
  deadlineMs: '--deadline',
  cooldownMs: '--cooldown',
  reason: '--reason',
};

/** As zod words them. */
const BOUND = /^Too (?:big|small): expected (number|string) to (?:be|have) ([<>]=)(\d+)/;

/** What is wrong with a request, for somebody who wrote `lease=999h`, and never saw `/leaseMs`: names and units are those that he typed. */
export const inOptions = (errors: NonNullable<ProblemReply['errors']>): string =>
  errors.map(({ path, message }) => inOption(path, message)).join('; ');

function inOption(path: string | undefined, message: string): string {
  const field = (path ?? '')
    .slice(1)
    .replaceAll('/', '.')
    .replace(/^settings\./, '');
  const [, unit, bound, n] = BOUND.exec(message) ?? [];
  const isDuration = field.endsWith('Ms');
  const name = OPTIONS[field] ?? (isDuration ? field.slice(0, -2) : field);
  const isOfSetting = isDuration || field.startsWith('damping.');
  if (bound && (isOfSetting || unit === 'string')) {
    const much = isDuration ? durationInWords(Number(n)) : unit === 'string' ? `${n} characters` : n;
    return `${name}: ${bound === '<=' ? 'at most' : 'at least'} ${much}`;
  }
  return `${isOfSetting || OPTIONS[field] ? name : (path ?? '/')}: ${message}`;
}
