import type { LeadContext } from '@conclave/runner-sdk';
import { ranGroup } from '../commands/process-group.js';
import { environmentOf, say } from '../commands/running.js';

/** What the commands of an agent are told of a term. The certificate is of the moment at which it is asked for. */
export function hookEnvironment(
  about: { group: string; id: string },
  context: LeadContext,
): Record<string, string> {
  const shown = context.certificate();
  return { ...environmentOf(about, context.term), ...(shown !== null && { CONCLAVE_CERTIFICATE: shown }) };
}

/**
 * Runs a command of the agent, and all that it starts, until it has ended; at the signal it gets SIGTERM, `graceMs`
 * later SIGKILL. True if it succeeded; whatever else became of it is said.
 */
export async function ranHook(
  name: string,
  command: string,
  environment: Record<string, string>,
  signal: AbortSignal,
  graceMs: number,
): Promise<boolean> {
  try {
    const { code, by } = await ranGroup(['sh', '-c', command], environment, signal, graceMs);
    if (code === 0) return true;
    say(
      `${name}: ${signal.aborted ? 'its time was over' : `it failed (${code === null ? by : `exit ${code}`})`}`,
    );
  } catch (error) {
    say(`${name}: ${(error as Error).message}`);
  }
  return false;
}
