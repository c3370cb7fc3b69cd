import type { ElectionCommand, Missed } from '@conclave/election';
import { inc } from '@conclave/processes';
import { on, verdict } from './given.js';

type Of<T extends ElectionCommand['type']> = Partial<Extract<ElectionCommand, { type: T }>>;
const facts = { lastSeenAt: null, silentMs: 20_000, leaseMs: 15_000, deafMs: 0 };

/** Commands as tests write them. */
export const to = {
  register: (runner: string, more: Of<'RegisterRunner'> = {}): ElectionCommand => ({
    type: 'RegisterRunner',
    runner,
    incarnation: inc(runner),
    ready: false,
    previousExited: null,
    ...more,
  }),
  activate: (runner: string, more: Of<'ActivateRunner'> = {}): ElectionCommand => ({
    type: 'ActivateRunner',
    runner,
    incarnation: inc(runner),
    heardAtVersion: 99,
    lastSeenAt: null,
    silentMs: null,
    ...more,
  }),
  silent: (runner: string, term: number | null = null, more: Of<'ReportSilence'> = {}): ElectionCommand => ({
    type: 'ReportSilence',
    runner,
    incarnation: inc(runner),
    term,
    evidence: 'silence',
    ...facts,
    ...more,
  }),
  /** One of those who were silent, too. */
  missed: (runner: string): Missed => ({ runner, incarnation: inc(runner), evidence: 'silence', ...facts }),
  expired: (term: number, more: Of<'ReportLeaseExpired'> = {}): ElectionCommand => ({
    type: 'ReportLeaseExpired',
    term,
    ...facts,
    ...more,
  }),
  release: (runner: string, term: number, life = 1): ElectionCommand => ({
    type: 'ReleaseLeadership',
    runner,
    incarnation: inc(runner, life),
    term,
  }),
  resign: (runner: string, term: number, cooldownMs: number | null = null): ElectionCommand => ({
    type: 'ResignLeadership',
    runner,
    incarnation: inc(runner),
    term,
    cooldownMs,
  }),
  taint: (
    runner: string,
    effect: 'NoLead' | 'NoElect' | 'PreferNoLead' = 'NoLead',
    key = 'k',
  ): ElectionCommand => ({
    type: 'TaintRunner',
    runner,
    key,
    effect,
    expiresAt: null,
    ttlMs: null,
    until: null,
  }),
  untaint: (runner: string, key = 'k'): ElectionCommand => ({
    type: 'UntaintRunner',
    runner,
    key,
    cause: 'request',
  }),
  deregister: (runner: string, incarnation: string | null = null): ElectionCommand => ({
    type: 'DeregisterRunner',
    runner,
    incarnation,
  }),
  pin: (runner: string, mode: 'strict' | 'prefer'): ElectionCommand => ({
    type: 'PinLeader',
    runner,
    mode,
    expiresAt: null,
    ttlMs: null,
    until: null,
  }),
  transfer: (more: Of<'TransferLeadership'> = {}): ElectionCommand => ({
    type: 'TransferLeadership',
    transfer: inc('wish'),
    to: null,
    force: false,
    deadlineMs: null,
    ...more,
  }),
  configure: (settings: object): ElectionCommand => ({ type: 'ConfigureGroup', settings }),
};

/** a leads term 1, b stands by; both active. */
export const led = (settings = {}) => [
  on.configured(settings),
  on.registered('a'),
  on.activated('a'),
  on.elected('a', 1),
  on.registered('b'),
  on.activated('b'),
];
export const bothVerdicts = [verdict('a', 'chosen', 1), verdict('b', 'seniority', 2)];
export const bAfter = (a: ReturnType<typeof verdict>) => [a, verdict('b', 'chosen', 1)];
export const previousA = { runner: 'a', term: 1 };
