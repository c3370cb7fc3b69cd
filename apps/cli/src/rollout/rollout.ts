import type { GroupReply, HistoryPage, LeaderReply, RunnerReply, WriteReply } from '@conclave/contract';
import { personInWords } from '@conclave/election';
import { CliError } from '../remote/cli-error.js';
import { groupPath } from '../terminal/options.js';
import { ask, KEY, allRunners, stop, wordOf, type Asking } from './asking.js';
import { Claim, refuseOther, refuseWhile } from './claim.js';
import { runCommand } from './run-command.js';

export interface RolloutPlan extends Asking {
  /** With `{runner}` wherever the runner's id belongs. */
  command: readonly string[];
  /** Wait for a new process of the runner, not only for a sign of life. */
  restarts: boolean;
  /** Go on although nobody else can lead meanwhile. */
  leaderless: boolean;
}

const POLL_MS = 250;

/** What came of it. */
export interface Upgraded {
  group: string;
  id: string;
  /** All that are done, also before. */
  runners: string[];
  leader: string | null;
}

/**
 * Upgrades one runner after the other, the leader last, so that the lead changes hands once. What is done
 * stands in the group's history, not in a file: a rollout goes on from any machine. Stops at the first
 * failure.
 */
export async function rollout(plan: RolloutPlan): Promise<Upgraded> {
  const { say, group, id } = plan;
  const { settings, version, pin } = await groupOf(plan);
  const done = await upgradedBy(plan);
  say(
    done.size > 0
      ? `resuming rollout ${id}: ${[...done].join(', ')} done before`
      : `rollout ${id} (resume with --id ${id})`,
  );
  if (settings.failback === 'always')
    say('failback is "always": when it is back, the first leader takes the lead again, a second change');
  if (pin?.mode === 'prefer')
    say(
      `"${pin.runner}" leads whenever it can (pinned by ${personInWords(pin.actor)}): when it is back it takes the lead again, a second change, unless you lift that first (conclave unpin ${group})`,
    );
  for (let isBegun = false; ;) {
    const runner = await next(plan, done);
    if (runner === null) break;
    const toldTo = await upgrade(plan, runner, version).catch((error: unknown) =>
      isBegun ? stopRefused(plan, error) : Promise.reject(error as Error),
    );
    isBegun = true;
    done.add(runner.runner);
    say(`${runner.runner} done`);
    if (toldTo) stop(plan, `it was told to end (${toldTo})`);
  }
  if (done.size === 0) throw new CliError(1, `nothing was upgraded: "${group}" has no active runner.`);
  const leader = await leaderOf(plan);
  say(
    `rollout ${id} of "${group}" is complete: ${done.size} runners; ${leader ? `"${leader.runner}" leads` : 'nobody leads'}`,
  );
  return { group, id, runners: [...done], leader: leader?.runner ?? null };
}

/** What was refused at the start has changed nothing; later it ends what had begun. An outage says so itself, wherever it falls. */
function stopRefused(plan: Asking, error: unknown): never {
  if (error instanceof CliError && error.exitCode === 3) stop(plan, error.message.replace(/\.$/, ''));
  throw error;
}

const groupOf = async (plan: RolloutPlan): Promise<GroupReply> => ask(plan, 'GET', groupPath(plan.group));
const leaderOf = async (plan: RolloutPlan): Promise<LeaderReply['leader']> =>
  (await ask<LeaderReply>(plan, 'GET', groupPath(plan.group, 'leader'))).leader;

async function upgradedBy(plan: RolloutPlan, since = 1): Promise<Set<string>> {
  const done = new Set<string>();
  for (let from: number | null = since; from !== null;) {
    const page: HistoryPage = await ask(
      plan,
      'GET',
      `${groupPath(plan.group, 'history')}?type=RunnerUntainted&limit=1000&from=${from}`,
    );
    for (const { data, meta } of page.events)
      if (data.key === KEY && meta.reason === wordOf(plan)) done.add(String(data.runner));
    from = page.next;
  }
  return done;
}

/** Standbys by seniority, then the leader; asked anew each time, because a failover may come in between. */
async function next(plan: RolloutPlan, done: ReadonlySet<string>): Promise<RunnerReply | null> {
  const runners = await allRunners(plan);
  const left = runners.filter((r) => !done.has(r.runner) && (r.status === 'active' || isUnderWay(plan, r)));
  const skipped = runners
    .filter((r) => !done.has(r.runner) && !left.includes(r))
    .map((r) => `${r.runner} (${r.status})`);
  if (left.length === 0 && skipped.length > 0) plan.say(`skipped, not active: ${skipped.join(', ')}`);
  const started = left.find((r) => isUnderWay(plan, r));
  const standby = left.find((r) => r.role === 'standby');
  if (left.length > 0) refuseWhile(plan, runners);
  return started ?? standby ?? left[0] ?? null;
}

const isUnderWay = (plan: RolloutPlan, runner: RunnerReply): boolean =>
  runner.taints.some((t) => t.key === KEY && t.reason === wordOf(plan));

/** `since`: a version of the group at which it was not done yet. Resolves with the signal that told it to end meanwhile. */
async function upgrade(
  plan: RolloutPlan,
  { runner, taints }: RunnerReply,
  since: number,
): Promise<NodeJS.Signals | null> {
  refuseOther(plan, runner, taints);
  const handover = await foresee(plan, runner);
  const claim = await Claim.of(plan, runner);
  try {
    if ((await upgradedBy(plan, since)).has(runner)) return null; // a moment ago, by another process
    await drain(plan, runner, handover);
    const toldTo = await carryOut(plan, runner);
    // else another one has taken this one for dead, and is at work on the runner
    await claim.hold().catch((error: unknown) => stopRefused(plan, error));
    await ask(plan, 'DELETE', `${taintPath(plan, runner)}?reason=${encodeURIComponent(wordOf(plan))}`);
    return toldTo;
  } finally {
    await claim.end();
  }
}

async function carryOut(plan: RolloutPlan, runner: string): Promise<NodeJS.Signals | null> {
  const before = await stateOf(plan, runner);
  plan.say(`${runner}: running the command`);
  const command = plan.command.map((word) => word.replaceAll('{runner}', runner));
  const environment = { CONCLAVE_RUNNER: runner, CONCLAVE_GROUP: plan.group };
  const { failure, toldTo } = await runCommand(command, environment, plan.json === true);
  if (failure !== null) stop(plan, `the command for "${runner}" failed (${failure})`);
  if (toldTo) plan.say(`told to end (${toldTo}): when "${runner}" is back; once more ends it at once`);
  const after = await stateOf(plan, runner);
  const late = `"${runner}" did not come back${plan.restarts ? ' with a new process' : ''}`;
  await until(plan, late, async () => {
    const now = await stateOf(plan, runner);
    const isBack =
      now.incarnation !== before.incarnation || (!plan.restarts && now.lastSeenAt !== after.lastSeenAt);
    return isBack && now.status === 'active';
  });
  return toldTo;
}

const stateOf = async (plan: RolloutPlan, runner: string): Promise<RunnerReply> => {
  const runners = await allRunners(plan);
  return runners.find((r) => r.runner === runner) ?? stop(plan, `"${runner}" has left the group`);
};

const taintPath = (plan: RolloutPlan, runner: string): string =>
  groupPath(plan.group, 'runners', runner, 'taints', KEY);

const taint = async (plan: RolloutPlan, runner: string, query = ''): Promise<WriteReply> =>
  ask(plan, 'PUT', taintPath(plan, runner) + query, { effect: 'NoLead', reason: wordOf(plan) });

interface Handover {
  to: string | null;
}

/** What keeping the runner out would do to the lead; null: it does not lead. Nothing is changed. */
async function foresee(plan: RolloutPlan, runner: string): Promise<Handover | null> {
  const { pause } = await groupOf(plan);
  if (pause)
    stop(
      plan,
      `elections are paused by ${personInWords(pause.actor)}: nobody would be elected. Resume them first`,
    );
  const { events } = await taint(plan, runner, '?dryRun=true');
  const revoked = events.find(({ type }) => type === 'LeadershipRevoked');
  if (!revoked) return null;
  const { successor: to } = revoked.data as { successor: string | null };
  if (to === null && !plan.leaderless)
    stop(plan, `nobody could lead while "${runner}" is upgraded. Mend that, or go on with --leaderless`);
  return { to };
}

/** The runner leads no more and is not elected while the command runs. */
async function drain(plan: RolloutPlan, runner: string, handover: Handover | null): Promise<void> {
  await taint(plan, runner);
  if (handover)
    plan.say(`${runner} leads: waiting until ${handover.to ? `"${handover.to}" does` : 'it has stopped'}`);
  const late = `"${runner}" did not hand over its lead`;
  await until(plan, late, async () => (await leaderOf(plan))?.runner !== runner);
}

async function until(plan: RolloutPlan, what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const startMs = performance.now(); performance.now() - startMs < plan.timeoutMs;) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  stop(plan, `${what} within ${plan.timeoutMs / 1_000} s`);
}
