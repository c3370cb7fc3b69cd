import type { GroupReply, LeaderReply } from '@conclave/contract';
import { age, counted } from './duration.js';

/** Whether a person is needed: nobody leads, and it is not because somebody wanted that. */
export const needsPerson = ({ state }: Pick<LeaderReply, 'state'>): boolean => state === 'leaderless';

/** Who leads, in a few words. */
export function stateInWords({ state, leader, successor, paused }: LeaderReply): string {
  switch (state) {
    case 'led':
      return paused ? `${leader!.runner} leads, elections are paused` : `${leader!.runner} leads`;
    case 'handover':
      return successor
        ? `${leader!.runner} hands over to ${successor}`
        : `${leader!.runner} was told to stop`;
    case 'paused':
      return leader ? `${leader.runner} leads, elections are paused` : 'nobody leads, elections are paused';
    case 'leaderless':
      return 'nobody leads';
    case 'deleted':
      return 'deleted';
  }
}

/** The same in two parts: between them stands for how long somebody has led, which is not how long a pause or a handover goes on. */
export function stateInParts(group: LeaderReply): [words: string, rest: string] {
  const words = stateInWords(group);
  const rest = ', elections are paused';
  return words.endsWith(rest) ? [words.slice(0, -rest.length), rest] : [words, ''];
}

/** The states that a filter knows, with their words. */
export const STATES = {
  person: 'needs a person',
  led: 'led',
  handover: 'handing over',
  leaderless: 'nobody leads',
  paused: 'paused',
} as const;

export function isOfState(group: LeaderReply, state: string | undefined): boolean {
  if (!state) return true;
  if (state === 'person') return needsPerson(group);
  return state === 'paused' ? group.paused : group.state === state;
}

/** Every word must stand somewhere in what the group says of itself. */
export function fitsText(group: LeaderReply, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { leader, successor, why } = group;
  const labels = Object.entries(leader?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const said = [
    group.group,
    leader?.runner,
    leader?.platform,
    ...labels,
    successor,
    why,
    stateInWords(group),
  ];
  const all = said.filter(Boolean).join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}

/** Those that need a person first, then by name. */
export const byNeed = (a: LeaderReply, b: LeaderReply): number =>
  Number(needsPerson(b)) - Number(needsPerson(a)) || (a.group < b.group ? -1 : a.group > b.group ? 1 : 0);

export const runnersInWords = ({ active, silent, pending }: GroupReply['runners']): string =>
  [active > 0 && `${active} active`, silent > 0 && `${silent} silent`, pending > 0 && `${pending} pending`]
    .filter(Boolean)
    .join(', ') || 'no runner';

export const personInWords = (actor: string): string => actor.replace(/^(operator|claimed|runner):/, '');

const until = (at: string | null, now: number): string =>
  at === null ? '' : `, ${Date.parse(at) > now ? `for ${age(Date.parse(at) - now)} more` : 'ends now'}`;

const gone = ({ until: end }: NonNullable<GroupReply['pin']>): string =>
  end ? `, until ${end.runnerGone} is gone` : '';

/** What will change by itself, or waits for somebody; the first of them is enough for a line. */
export function nextInWords(
  { pause, pin, proposals = [], verdicts, successor }: GroupReply,
  now: number,
): string[] {
  const waiting = verdicts
    .filter((verdict) => verdict.until !== undefined && Date.parse(verdict.until) > now)
    .map(({ runner, until: at }) => `${runner} may lead again in ${age(Date.parse(at!) - now)}`);
  return [
    ...(proposals.length > 0 ? [`${counted(proposals.length, 'order')} waiting for a second person`] : []),
    ...(successor ? [`${successor} follows`] : []),
    ...(pause ? [`paused by ${personInWords(pause.actor)}${until(pause.expiresAt, now)}`] : []),
    ...(pin
      ? [`pinned to ${pin.runner} by ${personInWords(pin.actor)}${until(pin.expiresAt, now)}${gone(pin)}`]
      : []),
    ...waiting,
  ];
}
