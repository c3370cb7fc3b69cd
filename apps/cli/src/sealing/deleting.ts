import type { Command } from 'commander';
import { inFolder } from '../files/regular-file.js';
import { keepArchive, letGo, weighArchive } from '../histories/kept-archive.js';
import { send, type Wish } from '../remote/client.js';
import { confirm, isAtTerminal } from '../terminal/confirming.js';
import { groupPath, guard, reachable, wholeNumber, withExamples } from '../terminal/options.js';
import { showWrite } from '../terminal/answering.js';

interface Asked extends Wish {
  out: string;
}

/** `delete`: the whole history of a group into a file, then the group out of the log, but for a tombstone. */
export const deleting = (): Command =>
  withExamples(
    reachable(
      'delete',
      'delete a group for good: its whole history into a signed file, then out of the log; its id is never used again',
    )
      .argument('<group>')
      .requiredOption('--reason <text>', 'why; everybody who asks for the group is told')
      .option('--out <folder>', 'where the file is kept; made if it is not there', '.')
      .option('--if-term <n>', 'only if this is still the last term', wholeNumber)
      .option('--dry-run', 'say what would happen, change nothing')
      .option('-y, --yes', 'do not ask'),
    'delete deploy --out /archives --reason "the service is gone"',
    'delete deploy --reason "the service is gone" --dry-run',
  ).action(guard(deleteGroup));

async function deleteGroup(group: string, asked: Asked): Promise<void> {
  return asked.dryRun ? deleteInto(group, asked) : inFolder(asked.out, async () => deleteInto(group, asked)); // before anybody is asked
}

async function deleteInto(group: string, asked: Asked): Promise<void> {
  const [from, to] = [groupPath(group, 'archive'), groupPath(group, 'delete')];
  if (asked.dryRun || isAtTerminal(asked)) {
    const { upTo, digest } = await weighArchive(asked, from);
    const plan = await send({ ...asked, dryRun: true }, 'POST', to, { upTo, digest });
    if (asked.dryRun) return showWrite(asked, plan);
    await confirm(plan);
  }
  const kept = await keepArchive(asked, group, from, asked.out);
  const { upTo, digest, events, file } = kept;
  await letGo(kept, async () => send(asked, 'POST', to, { upTo, digest }));
  if (asked.json) console.log(JSON.stringify({ group, upTo, events, file, digest }, null, 2));
  else console.log(`${group} is deleted; its ${events} events up to version ${upTo} are kept in ${file}`);
}
