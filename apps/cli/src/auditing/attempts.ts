import type { Command } from 'commander';
import type { AttemptsReply } from '@conclave/contract';
import { request, type Reach } from '../remote/client.js';
import { guard, reachable, wholeNumber, withExamples } from '../terminal/options.js';
import { show } from '../terminal/output.js';

interface Wanted {
  actor?: string;
  code?: string;
  limit?: number;
}

async function list(
  group: string | undefined,
  { actor, code, limit, ...reach }: Reach & Wanted,
): Promise<void> {
  const asked = { group, actor, code, limit };
  const query = Object.entries(asked).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  const answer = await request<AttemptsReply>(reach, 'GET', `/v1/attempts?${query.join('&')}`);
  if (answer.attempts.length === 0 && !reach.json)
    return console.log('nothing was refused, or only asked about');
  show(
    reach,
    answer,
    ['at', 'group', 'who', 'tried', 'why not'],
    answer.attempts.map(({ at, group: g, actor: who, command, isDryRun, code: why, detail, omitted }) => [
      at,
      g,
      who,
      command.type + (isDryRun ? ' (dry run)' : ''),
      `${why === null ? 'it would have been carried out' : `${why}: ${detail}`}${omitted > 0 ? ` (and ${omitted} more before it)` : ''}`,
    ]),
  );
}

export const attempts = (): Command =>
  withExamples(
    reachable('attempts', 'who tried what, and why it was refused; also dry runs'),
    'attempts deploy',
    'attempts --actor ana --code secret-wrong',
  )
    .argument('[group]')
    .option('--actor <name>', 'only of this one')
    .option('--code <code>', 'only refused so')
    .option('--limit <n>', 'so many at the most', wholeNumber)
    .action(guard(list));
