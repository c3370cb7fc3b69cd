import { hostname } from 'node:os';
import type { GroupReply, RunnerReply } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { request } from '../remote/client.js';
import { groupPath } from '../terminal/options.js';
import { ask, runnersOf, wordOf, type Asking } from './asking.js';

/** Key of the taint that says that a rollout is at work: on a runner that is kept out anyway. */
const KEY = 'rollout-runs';
/** One that was killed is followed this late. */
const HOLD_MS = 60_000;
const RENEW_MS = 20_000;
/** While others change the group at the same moment. */
const ATTEMPTS = 100;

/**
 * Two rollouts of a group, of one id or of several, would take two runners out at once, or run a command twice. Which one is
 * at work stands in the group, for as long as it renews that.
 */
export class Claim {
  private readonly timer: NodeJS.Timeout;
  private renewal: Promise<void> = Promise.resolve();

  private constructor(
    private readonly plan: Asking,
    private readonly runner: string,
  ) {
    this.timer = setInterval(() => {
      // not told where it fails: the next one may not, and the command goes on in any case
      this.renewal = this.renewal.then(async () => this.put()).catch(() => undefined);
    }, RENEW_MS);
  }

  /** Rejects with {@link CliError} 3, and nothing was changed, if another one is at work. */
  static async of(plan: Asking, runner: string): Promise<Claim> {
    const claim = new Claim(plan, runner);
    try {
      await claim.put();
    } catch (error) {
      clearInterval(claim.timer);
      throw error;
    }
    return claim;
  }

  /** What nobody answers is left to end by itself. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.renewal;
    await request(this.plan, 'DELETE', this.path).catch(() => undefined);
  }

  private get path(): string {
    return groupPath(this.plan.group, 'runners', this.runner, 'taints', KEY);
  }

  private async put(): Promise<void> {
    const { plan } = this;
    for (let attempt = 1; ; attempt++) {
      const { version } = await ask<GroupReply>(plan, 'GET', groupPath(plan.group));
      refuseWhile(plan, await runnersOf(plan));
      const body = { effect: 'PreferNoLead', ttlMs: HOLD_MS, reason: reasonOf(plan) };
      try {
        await ask(plan, 'PUT', this.path, body, { 'if-match': `"${version}"` });
        return;
      } catch (error) {
        const isLate = error instanceof CliError && error.details.code === 'version-conflict';
        if (!isLate || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

/** Throws {@link CliError} 3 while another rollout of the group is at work. */
export function refuseWhile(plan: Asking, runners: readonly RunnerReply[]): void {
  for (const { taints } of runners)
    for (const { key, reason, actor, expiresAt } of taints)
      if (key === KEY && reason !== reasonOf(plan))
        throw new CliError(
          3,
          `another rollout of "${plan.group}" is at work (${reason}, by ${actor}). If that was killed, go on after ${expiresAt}.`,
        );
}

const reasonOf = (plan: Asking): string => `${wordOf(plan)}, process ${process.pid} on ${hostname()}`;
