import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { GroupReply, RunnerReply } from '@conclave/contract';
import { personInWords, reasonInWords } from '@conclave/election';
import { CliError } from '../remote/cli-error.js';
import { request } from '../remote/client.js';
import { groupPath } from '../terminal/options.js';
import { ask, allRunners, KEY as KEPT_OUT, stop, wordOf, type Asking } from './asking.js';

/** Key of the taint that says that a rollout is at work: on a runner that is kept out anyway. */
const KEY = 'rollout-runs';
/** One that was killed is followed this late. */
const HOLD_MS = 60_000;
const RENEW_MS = 20_000;
/** In containers the number of a process, and the name of a machine, say little. */
const ME = `process ${process.pid} on ${hostname()} (${randomUUID().slice(0, 8)})`;
/** While others change the group at the same moment. */
const ATTEMPTS = 100;

/**
 * Two rollouts of a group, of one id or of several, would take two runners out at once, or run a command twice. Which one is
 * at work stands in the group, for as long as it renews that.
 */
export class Claim {
  private readonly timer: NodeJS.Timeout;
  private isRenewing = false;
  private isOver = false;

  private constructor(
    private readonly plan: Asking,
    private readonly runner: string,
  ) {
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
  }

  /** Rejects with {@link CliError} 3, and nothing was changed, if another one is at work. */
  static async of(plan: Asking, runner: string): Promise<Claim> {
    const claim = new Claim(plan, runner);
    try {
      await claim.hold();
    } catch (error) {
      clearInterval(claim.timer);
      throw error;
    }
    return claim;
  }

  /** Not told where it fails: the next one may not, and the command goes on in any case. */
  private async renew(): Promise<void> {
    if (this.isRenewing) return;
    this.isRenewing = true;
    await this.put(request).catch(() => undefined);
    this.isRenewing = false;
  }

  /** Is, or is again, the only one at work. Rejects with {@link CliError} 3 if another one is: it took this one for dead. */
  async hold(): Promise<void> {
    await this.put(ask);
  }

  /** What nobody answers, and what another one holds, is left to end by itself. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    this.isOver = true; // a renewal that is under way is not repeated
    await this.alone(request, async (only) => request(this.plan, 'DELETE', this.path, undefined, only)).catch(
      () => undefined,
    );
  }

  private get path(): string {
    return groupPath(this.plan.group, 'runners', this.runner, 'taints', KEY);
  }

  private async put(how: typeof ask): Promise<void> {
    const { plan } = this;
    const body = { effect: 'PreferNoLead', ttlMs: HOLD_MS, reason: reasonOf(plan) };
    await this.alone(how, async (only) => {
      if (!this.isOver) await how(plan, 'PUT', this.path, body, only);
    });
  }

  /** Changes what stands in the group, if no other one is at work. Rejects with {@link CliError}. */
  private async alone(
    how: typeof ask,
    change: (only: Record<string, string>) => Promise<unknown>,
  ): Promise<void> {
    const { plan } = this;
    for (let attempt = 1; ; attempt++) {
      const { version } = await how<GroupReply>(plan, 'GET', groupPath(plan.group));
      refuseWhile(plan, await allRunners(plan, how));
      try {
        return void (await change({ 'if-match': `"${version}"` }));
      } catch (error) {
        if (!isLate(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

const isLate = (error: unknown): boolean =>
  error instanceof CliError && error.details.code === 'version-conflict';

/** Throws {@link CliError} 3 while another rollout of the group is at work. */
export function refuseWhile(plan: Asking, runners: readonly RunnerReply[]): void {
  for (const { taints } of runners)
    for (const { key, reason, actor, expiresAt } of taints)
      if (key === KEY && reason !== reasonOf(plan))
        throw new CliError(
          3,
          `another rollout of "${plan.group}" is at work (${reason}, by ${personInWords(actor)}). If that was killed, go on after ${expiresAt}.`,
        );
}

const reasonOf = (plan: Asking): string => `${wordOf(plan)}, ${ME}`;

/** What somebody else keeps out under the same key is not taken over. */
export function refuseOther(plan: Asking, runner: string, taints: RunnerReply['taints']): void {
  const other = taints.find((t) => t.key === KEPT_OUT && t.reason !== wordOf(plan));
  if (!other) return;
  const whose = `${personInWords(other.actor)}${other.reason ? `: ${reasonInWords(other.reason)}` : ''}`;
  stop(
    plan,
    `"${runner}" is tainted ${KEPT_OUT} by ${whose}; nobody knows in which state it is. Lift that (conclave untaint ${plan.group} ${runner} ${KEPT_OUT}), or resume that rollout`,
  );
}
