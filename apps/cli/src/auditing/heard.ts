import type { Command } from 'commander';
import type { HeardReply } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { groupPath, guard, reachable, wholeNumber, withExamples } from '../terminal/options.js';

async function print(
  group: string,
  { version, records: isLong, ...reach }: Reach & { version: number; records?: boolean },
): Promise<void> {
  const answer = await request<HeardReply>(reach, 'GET', `${groupPath(group, 'heard')}?version=${version}`);
  if (reach.json) console.log(JSON.stringify(answer, null, 2));
  else {
    if (isLong)
      for (const { version: at, type, data, meta } of answer.records)
        console.log(`${at}  ${String(meta.at)}  ${type}  ${JSON.stringify(data)}`);
    console.log(answer.words);
  }
  if (answer.ok === false) throw new CliError(1, 'the records do not bear out that it was silent.');
}

export const heard = (): Command =>
  withExamples(
    reachable(
      'heard',
      'what a silence or the end of a lease rests on: the records of the presence log behind it, checked',
    ),
    'heard deploy --version 17',
    'heard deploy --version 17 --records',
  )
    .argument('<group>')
    .requiredOption('--version <n>', 'of HeartbeatMissed, or of the end that follows from it', wholeNumber)
    .option('--records', 'print them, too')
    .action(guard(print));
