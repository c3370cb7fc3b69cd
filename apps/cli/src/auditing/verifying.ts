import type { Verification } from '@conclave/audit';
import { checkGroup, type Asked } from '../histories/audits.js';
import { proofHeader } from '../files/proof-file.js';
import { Malformed } from '../files/sealed-file.js';
import { UnfitArchive } from '../histories/archives.js';
import { CliError } from '../remote/cli-error.js';
import { show } from '../terminal/output.js';
import { withProgress } from '../terminal/progress.js';
import { verificationTable } from '../terminal/verification-table.js';
import type { Trusted } from '../against/against-checkpoint.js';
import { ask, told, type Source } from './asking.js';

export async function verify(
  group: string | undefined,
  {
    all,
    keys: given,
    against,
    witnessKeys,
    ...options
  }: Source & { all?: boolean; keys?: string | false; against?: string; witnessKeys?: string },
): Promise<void> {
  const keys = given === false ? undefined : given;
  if (against !== undefined) return verifyAgainst(group, against, options, { keys, witnessKeys });
  if (witnessKeys !== undefined)
    throw new CliError(2, '--witness-keys goes with --against: witnesses co-sign checkpoints.');
  const proof = options.file === undefined ? null : await proofHeader(options.file);
  if (proof) {
    checkGroup(group, `"${options.file}"`, proof.group);
    return verifyProof(options.file!, options, given);
  }
  const isOffline =
    options.file !== undefined || options.store !== undefined || options.archive !== undefined;
  if (all && options.archive !== undefined && options.file === undefined && options.store === undefined)
    throw new CliError(
      2,
      'archives are of one group: name it in place of --all, or say with --store or --file where the rest is.',
    );
  if (group !== undefined ? all : !all && !isOffline) throw new CliError(2, 'name one group, or --all.');
  const verifying = (audits: Asked): Promise<({ group: string } & Verification)[]> =>
    withProgress('verifying', 'events', async (progress) => {
      const found = [];
      for await (const result of audits.verify(group ?? null, progress)) found.push(result);
      return found;
    });
  const { signatureIn } = await import('../files/evidence-file.js');
  let results: Awaited<ReturnType<typeof verifying>>;
  let signature: Awaited<ReturnType<typeof signatureIn>>;
  try {
    results = await ask(options, verifying, true);
    signature = await signatureIn(options.file, keys);
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof UnfitArchive)) throw error;
    if (options.json) show(options, { ok: false, problem: error.message }, [], []);
    else console.log(`NOT OK: ${error.message}`);
    process.exitCode = 1;
    return;
  }
  if (keys !== undefined && signature === null)
    throw new CliError(
      2,
      '--keys is for evidence, which is signed: this is none. Get it with export --window.',
    );
  const ok =
    results.every((r) => r.ok) &&
    (signature === null || (signature.problem === null && (signature.isTrusted ?? given === false)));
  verificationTable(options, ok, results, signature);
  if (!ok) process.exitCode = 1;
}

/** Whether what is there today goes on from what was kept. */
async function verifyAgainst(
  group: string | undefined,
  against: string,
  options: Source,
  trusted: Trusted,
): Promise<void> {
  const { judgeAgainst } = await import('../against/against.js');
  const { ok, words } = await judgeAgainst(against, { ...options, group }, trusted).catch(
    (error: unknown) => {
      throw told(error);
    },
  );
  say(options, ok, words);
}

async function verifyProof(file: string, options: Source, keys: string | false | undefined): Promise<void> {
  const { proofOf } = await import('../files/proof-file.js');
  const { keySet } = await import('../files/evidence-file.js');
  const { problem, words } = await proofOf(file, keys ? keySet(keys) : null);
  if (problem === null && keys === undefined)
    return say(options, false, `${words}, of nobody whom you trust: give --keys, or --no-keys`);
  say(options, problem === null, problem ?? words);
}

function say({ json }: Source, ok: boolean, words: string): void {
  console.log(json ? JSON.stringify({ ok, words }, null, 2) : `${ok ? 'ok' : 'NOT OK'}: ${words}`);
  if (!ok) process.exitCode = 1;
}
