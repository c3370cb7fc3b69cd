import type { ProblemReply } from '@conclave/contract';
import { durationInWords } from './durations.js';

/** What the API calls otherwise than the command line does. */
const OPTIONS: Readonly<Record<string, string>> = {
  ttlMs: '--for',
  deadlineMs: '--deadline',
  cooldownMs: '--cooldown',
  reason: '--reason',
};

/** What is wrong with a request, for somebody who wrote `lease=999h`, and never saw `/leaseMs`: names and units are those that he typed. */
export const inOptions = (errors: NonNullable<ProblemReply['errors']>): string =>
  errors.map(({ path, message }) => inOption(path, message)).join('; ');

function inOption(path: string, message: string): string {
  const field = path.slice(1).replaceAll('/', '.');
  const [, length] = /^Too big: expected string to have <=(\d+) characters$/.exec(message) ?? [];
  if (length) return `${OPTIONS[field] ?? field}: at most ${length} characters`;
  if (!path.endsWith('Ms')) return `${path}: ${message}`;
  const [, bound, ms] = /^Too (?:big|small): expected number to be ([<>]=)(\d+)$/.exec(message) ?? [];
  const most = bound === '<=' ? 'at most' : 'at least';
  return `${OPTIONS[field] ?? field.slice(0, -2)}: ${ms ? `${most} ${durationInWords(Number(ms))}` : message}`;
}
