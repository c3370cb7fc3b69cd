import { renameSync, rmSync } from 'node:fs';
import type { Command } from 'commander';
import type { HeadReply } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { proofOf } from '../files/proof-file.js';
import { groupPath, guard, reachable, wholeNumber, withExamples } from '../terminal/options.js';
import { download } from '../histories/download.js';

async function head({ witnessed, ...reach }: Reach & { witnessed?: boolean }): Promise<void> {
  const answer = await request<HeadReply>(reach, 'GET', `/v1/head${witnessed ? '?witnessed=true' : ''}`);
  console.log(reach.json ? JSON.stringify(answer, null, 2) : answer.checkpoint);
  if (!witnessed || answer.witnesses.length > 0) return;
  throw new CliError(1, 'no witness has co-signed it; /readyz of the server says why');
}

async function prove(
  group: string,
  { version, out, ...reach }: Reach & { version: number; out?: string },
): Promise<void> {
  const file = out ?? `${group}-${version}.proof.ndjson`;
  const draft = await download(reach, `${groupPath(group, 'proof')}?version=${version}`, file);
  try {
    const { problem, words } = await proofOf(draft, null);
    if (problem !== null) throw new CliError(3, `what came proves nothing: ${problem}`);
    renameSync(draft, file);
    console.log(reach.json ? JSON.stringify({ group, version, file, words }, null, 2) : `${file}: ${words}`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Lines to keep, and what they prove later. */
export const proving = (): Command[] => [
  withExamples(
    reachable(
      'head',
      'a signed checkpoint of the whole log on one line: keep it where nobody can change it, and verify --against it later',
    ),
    'head >> checkpoints.txt',
    'head --witnessed --json > checkpoint.json',
  )
    .option('--witnessed', 'ask the witnesses to co-sign it: --json prints what they sign, too')
    .action(guard(head)),
  withExamples(
    reachable('prove', 'a file that proves one event to be in a signed log; verify --file checks it'),
    'prove deploy --version 17',
  )
    .argument('<group>')
    .requiredOption('--version <n>', 'of the event', wholeNumber)
    .option('--out <file>', 'where to; default: <group>-<n>.proof.ndjson')
    .action(guard(prove)),
];
