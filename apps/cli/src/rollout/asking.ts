import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';

export interface Asking extends Reach {
  group: string;
  /** The same id finds what an interrupted rollout has done. */
  id: string;
  timeoutMs: number;
  say: (text: string) => void;
}

/** Key of the taint that keeps a runner from leading while it is upgraded. */
export const KEY = 'rollout';
const AGAIN_MS = 500;

/**
 * What may be asked twice. A server that restarts is waited for: a command that has run must not be run again because of it.
 * Rejects with {@link CliError}.
 */
export async function ask<Reply>(plan: Asking, method: string, path: string, body?: object): Promise<Reply> {
  let isTold = false;
  for (const untilMs = performance.now() + plan.timeoutMs; ;) {
    try {
      return await request<Reply>(plan, method, path, body);
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== 4) throw error;
      if (performance.now() > untilMs) throw new CliError(4, `${error.message} ${howItGoesOn(plan)}`);
      if (!isTold) plan.say(`${error.message} Waiting for it.`);
      isTold = true;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** The runner that failed stays tainted: nobody knows in which state it is. */
export function stop(plan: Asking, what: string): never {
  throw new CliError(1, `${what}. ${howItGoesOn(plan)}`);
}

const howItGoesOn = ({ id, group }: Asking): string =>
  `The rollout stopped. The same command with --id ${id} goes on; "conclave group ${group}" shows taints left behind (key ${KEY}).`;
