import type { Verification } from '@conclave/audit';
import type { Asked } from '../files/audits.js';
import { Malformed } from '../files/sealed-file.js';
import { CliError } from '../remote/cli-error.js';
import { show } from '../terminal/output.js';
import { withProgress } from '../terminal/progress.js';
import { verificationTable } from '../terminal/verification-table.js';
import { ask, type Source } from './asking.js';

export async function verify(
  group: string | undefined,
  { all, keys, ...options }: Source & { all?: boolean; keys?: string },
): Promise<void> {
  if (group !== undefined ? all : !all && options.file === undefined && options.store === undefined)
    throw new CliError(2, 'name one group, or --all.');
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
    if (!(error instanceof Malformed)) throw error;
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
    (signature === null || (signature.problem === null && signature.isTrusted !== false));
  verificationTable(options, ok, results, signature);
  if (!ok) process.exitCode = 1;
}
