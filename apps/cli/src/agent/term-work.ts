import type { LeadContext } from '@conclave/runner-sdk';
import { earlyMs, hasLapsed, killMs, workOn } from '../commands/lease-limits.js';
import { say } from '../commands/running.js';
import { hookEnvironment, ranHook } from './hooks.js';
import type { Lead } from './lead.js';
import type { PodLabel } from './pod-label.js';
import type { ReadyFile } from './ready-file.js';

const LOOK_MS = 50;

export interface TermWorkParts {
  group: string;
  id: string;
  lead: Lead;
  ready: ReadyFile | null;
  label: PodLabel | null;
  onElected?: string | undefined;
  onRevoked?: string | undefined;
  /** What cleaning up after a term may take at most. */
  hookTimeoutMs: number;
}

/** What an agent does in one term. Returns when all of it has stopped: only then is the term released. */
export async function workInTerm(parts: TermWorkParts, context: LeadContext): Promise<void> {
  const work = async (): Promise<boolean> => {
    if ((await workUntilOver(parts, context)) === 'over') return false;
    await hasLapsed(context);
    return !context.signal.aborted;
  };
  await workOn(context, work, 'it leads on');
}

async function workUntilOver(parts: TermWorkParts, context: LeadContext): Promise<'over' | 'unrenewed'> {
  const { lead, ready, label, onElected } = parts;
  const over = new AbortController();
  const giveUp = (): void => {
    lead.giveUp();
    ready?.remove();
    over.abort();
  };
  context.signal.addEventListener('abort', giveUp, { once: true });
  let isUnrenewed = false;
  lead.begin(context);
  const labelled = label?.want(true);
  const elected = onElected
    ? ranHook(
        'on-elected',
        onElected,
        hookEnvironment(parts, context),
        over.signal,
        context.grantMs() / 10,
      ).then((isDone) => {
        if (!isDone && !over.signal.aborted) say('the lead is handed back');
        if (!isDone) giveUp();
      })
    : null;
  try {
    await watch(parts, context, over.signal);
    isUnrenewed = !over.signal.aborted;
  } catch (error) {
    say(`the ready file cannot be written: ${(error as Error).message}; the lead is handed back`);
  }
  giveUp();
  await elected;
  await cleanUp(parts, context);
  await labelled;
  context.signal.removeEventListener('abort', giveUp);
  return isUnrenewed ? 'unrenewed' : 'over';
}

/** Until the term is over, or so little is left of an unanswered lease that there is just time to clean up. */
async function watch(
  { ready, label, onElected, onRevoked }: TermWorkParts,
  context: LeadContext,
  over: AbortSignal,
): Promise<void> {
  const isSlow = [onElected, onRevoked].some((hook) => hook !== undefined) || label !== null;
  while (!over.aborted && context.remainingMs() > (isSlow ? earlyMs(context, Infinity) : 0)) {
    ready?.show(context.term, context.remainingMs());
    await pause(over);
  }
}

/** Within the limit, and within what is left of the lease, if anything: a successor must not meet what is still here. */
async function cleanUp(parts: TermWorkParts, context: LeadContext): Promise<void> {
  const { onRevoked, label, hookTimeoutMs } = parts;
  const startMs = performance.now();
  const isLate = context.leaseLeftMs() <= killMs(context); // others are at work, and it must be cleaned up all the same
  const limit = new AbortController();
  const timer = setInterval(() => {
    const isOver = !isLate && context.leaseLeftMs() <= killMs(context);
    if (isOver || performance.now() - startMs > hookTimeoutMs) limit.abort();
  }, LOOK_MS);
  const revoked = onRevoked
    ? ranHook('on-revoked', onRevoked, hookEnvironment(parts, context), limit.signal, 0)
    : null;
  await Promise.all([revoked, label?.want(false, limit.signal)]);
  clearInterval(timer);
}

async function pause(over: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, LOOK_MS);
    function done(): void {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    }
    over.addEventListener('abort', done, { once: true });
    if (over.aborted) done();
  });
}
