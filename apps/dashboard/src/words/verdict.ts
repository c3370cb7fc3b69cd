import type { ExplanationReply, GroupReply } from '@conclave/contract';
import { clockTime } from './duration.js';

type Verdict = GroupReply['verdicts'][number];
type Need = ExplanationReply['standings'][number]['needs'][number];

const time = (at: string): string => clockTime(Date.parse(at), Date.now());

/** Why a runner was or was not chosen. */
export function verdictInWords({ why, keys = [], moreKeys = 0, until }: Verdict): string {
  switch (why) {
    case 'chosen':
      return 'comes first';
    case 'pending':
      return 'has not sent a heartbeat yet';
    case 'silent':
      return 'is silent';
    case 'tainted':
      return `is tainted ${keys.join(', ')}${moreKeys > 0 ? ` and ${moreKeys} more` : ''}`;
    case 'pinned-out':
      return 'is pinned out: only another may lead';
    case 'cooling-down':
      return `resigned, cools down${until ? ` until ${time(until)}` : ''}`;
    case 'flapping':
      return `fell silent too often, held back${until ? ` until ${time(until)}` : ''}`;
    case 'unsettled':
      return 'has not been active for a whole lease since its last term ended badly';
    case 'prefer-pin':
      return 'comes after the one that a pin or a transfer prefers';
    case 'prefer-no-lead':
      return 'is tainted PreferNoLead: last choice';
    case 'priority':
      return 'has a lower priority';
    case 'seniority':
      return 'is younger';
  }
}

/** What would have to be otherwise. Each is needed, together they are enough. */
export function needInWords(need: Need): string {
  switch (need.kind) {
    case 'resume':
      return 'elections resumed';
    case 'active':
      return 'a heartbeat of it';
    case 'untaint':
      return `taint ${need.key} lifted`;
    case 'unpin':
      return `the pin to ${need.runner} lifted`;
    case 'wait':
      return `to wait until ${time(need.until)}`;
    case 'forgive':
      return `to be forgiven, or to wait until ${time(need.until)}`;
    case 'outrank':
      return `to come before ${need.runner} (${OUTRANK[need.why] ?? need.why})`;
    case 'others':
      return `to come before ${need.count} more`;
  }
}

const OUTRANK: Partial<Record<Verdict['why'], string>> = {
  seniority: 'which is older',
  priority: 'which has a higher priority',
  unsettled: 'which is settled',
  'prefer-pin': 'which is preferred by a pin or a transfer',
  'prefer-no-lead': 'which is not tainted PreferNoLead',
};

export const END_IN_WORDS: Record<string, string> = {
  'heartbeat-missed': 'it missed its heartbeats',
  resigned: 'it resigned',
  released: 'it was told to stop, and did',
  'lease-expired': 'its lease was not renewed in time',
  deregistered: 'it left the group',
  superseded: 'a new process of it came',
  fenced: 'the group is fenced, so the next need not wait',
  forced: 'forced by an operator',
};
export const VACANCY_IN_WORDS: Record<string, string> = {
  paused: 'elections were paused',
  'no-runner': 'no runner was registered',
  'nobody-active': 'no runner was active',
  'all-tainted': 'every active runner was tainted',
  'strict-pin': 'a strict pin let nobody else lead',
  'cooling-down': 'whoever was active was cooling down',
  flapping: 'whoever was active had fallen silent too often',
  mixed: 'one runner was kept back by this, another by that',
};
