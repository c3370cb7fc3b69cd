import { appendsOf, initialState, type ElectionCommand, type RecordedEvent } from '@conclave/election';
import { whatIf, type Question, type WhatIf } from '@conclave/audit';
import { inc } from '@conclave/processes';
import { to, type Story } from '@conclave/testing';

export const appendsIn = async (history: readonly RecordedEvent[]) => {
  const appends = [];
  for await (const append of appendsOf(history, initialState('g'))) appends.push(append);
  return appends;
};
export async function asked(history: readonly RecordedEvent[], question: Question): Promise<WhatIf> {
  const answer = await whatIf(appendsOf(history, initialState('g')), question);
  if ('rejection' in answer) throw new Error(answer.rejection.code);
  return answer;
}
export const step = (waitMs: number, command: ElectionCommand) => ({ waitMs, command });
export const register = (runner: string, n = 1): ElectionCommand => ({
  type: 'RegisterRunner',
  runner,
  incarnation: inc(runner, n),
  ready: true,
  previousExited: null,
});
export const facts = (silentMs: number, leaseMs = 15_000) => ({
  lastSeenAt: null,
  silentMs,
  leaseMs,
  deafMs: 0,
});
const leaderSilent = (term: number, silentMs = 15_000): ElectionCommand => ({
  type: 'ReportLeaseExpired',
  term,
  ...facts(silentMs),
});
export const back = (runner: string, silentMs: number): ElectionCommand => ({
  type: 'ActivateRunner',
  runner,
  incarnation: inc(runner, 1),
  heardAtVersion: 1e9,
  lastSeenAt: null,
  silentMs,
});
/** a leads, is silent for 20 s, b leads, a is back. */
export const outage: Story = [
  step(0, register('a')),
  step(0, register('b')),
  step(60_000, leaderSilent(1)),
  step(5_000, back('a', 20_000)),
  step(60_000, to.configure({ drainMs: 1_000 })),
];
export const who = ({ tenures }: { tenures: { runner: string }[] }) => tenures.map((t) => t.runner).join(' ');
