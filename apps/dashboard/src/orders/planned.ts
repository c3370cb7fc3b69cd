import type { GroupReply, WriteReply } from '@conclave/contract';
import { clockTime, duration } from '../words/duration.js';
import { commandInWords } from '../words/command.js';
import { VACANCY_IN_WORDS } from '../words/verdict.js';

type Planned = WriteReply['events'][number];
/** As far as words need it; the event itself may hold more. */
type Data = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any

const until = (at: unknown): string =>
  typeof at === 'string' ? `, until ${clockTime(Date.parse(at), Date.now())}` : '';

/** Whose order ends with it, in the words of the record. */
const replacedIn = (words: string): string => /; it replaces .*$/.exec(words)?.[0] ?? '';

/** What would be recorded, in words of what it means for those who lead. */
export function plannedInWords({ events }: WriteReply, { settings }: Pick<GroupReply, 'settings'>): string[] {
  if (events.length === 0) return ['Nothing would change: it is so already.'];
  return events.map((event) => eventInWords(event, settings));
}

/** Of two plans that differ only in when they were made it is the same. */
export const gistOf = (plan: WriteReply, group: Pick<GroupReply, 'settings'>): string =>
  plannedInWords(plan, group)
    .join('\n')
    .replaceAll(/(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d/g, '');

function eventInWords(
  { type, data: given, words }: Planned,
  { drainMs, failover, leaseMs }: GroupReply['settings'],
): string {
  const data = given as Data;
  switch (type) {
    case 'LeaderElected':
      return `${data.runner} leads at once, term ${data.term}`;
    case 'LeadershipRevoked': {
      const wait = `it may finish for ${duration(drainMs)}, and one that says nothing is waited for ${duration(leaseMs)}`;
      const next = failover === 'fenced' ? 'at once' : `as soon as it has: ${wait}`;
      const follows = data.successor ? `${data.successor} follows ${next}` : `nobody follows; ${wait}`;
      return `${data.runner} is told to stop; ${follows}`;
    }
    case 'LeadershipEnded':
      return `term ${data.term} of ${data.runner} ends`;
    case 'GroupLeaderless':
      return data.paused ? 'nobody leads: elections are paused' : 'nobody leads: no runner may';
    case 'RunnerTainted':
      return `${data.runner} is tainted ${data.taint.key} (${data.taint.effect})${until(data.taint.expiresAt)}${replacedIn(words)}`;
    case 'RunnerUntainted':
      return `taint ${data.key} of ${data.runner} is lifted`;
    case 'LeaderPinned':
      return `the lead is pinned to ${data.runner} (${data.mode})${until(data.expiresAt)}${replacedIn(words)}`;
    case 'LeaderUnpinned':
      return `the pin to ${data.runner} is lifted`;
    case 'ElectionsPaused':
      return `elections are paused${until(data.expiresAt)}${replacedIn(words)}`;
    case 'ElectionsResumed':
      return 'elections go on';
    case 'TransferRequested':
      return `${data.from} hands over to ${data.to ?? 'the next best'}${data.force ? ', without being waited for' : ''}`;
    case 'TransferEnded':
      return `the transfer is ${data.outcome}${data.why ? `: ${VACANCY_IN_WORDS[data.why] ?? data.why}` : ''}`;
    case 'RunnerForgiven':
      return `the silences of ${data.runner} are forgotten`;
    case 'RunnerDeregistered':
      return `${data.runner} is removed from the group`;
    case 'GroupConfigured':
      return `settings change: ${changed(data.previous, data.settings)}`;
    case 'OrderProposed':
      return `${commandInWords(data.command)} waits for a second person${until(data.expiresAt)}`;
    case 'OrderApproved':
      return 'the order is approved';
    case 'OrderWithdrawn':
      return 'the order is withdrawn';
    default:
      return type;
  }
}

const changed = (before: Data | null, after: Data): string =>
  Object.keys({ ...before, ...after })
    .filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after[name]))
    .map(
      (name) =>
        `${name} ${JSON.stringify(before?.[name]) ?? 'off'} → ${JSON.stringify(after[name]) ?? 'off'}`,
    )
    .join(', ');
