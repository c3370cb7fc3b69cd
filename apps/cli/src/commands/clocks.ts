import type { Command } from 'commander';
import type { ClocksReply } from '@conclave/contract';
import { request, type Reach } from '../remote/client.js';
import { guard, reachable, withExamples } from '../terminal/options.js';
import { show } from '../terminal/output.js';

const seconds = (ms: number): string => `${(Math.abs(ms) / 1_000).toFixed(1)} s`;
const inWords = (ms: number, of: string): string => `${seconds(ms)} ${ms > 0 ? 'ahead of' : 'behind'} ${of}`;

async function print(reach: Reach): Promise<void> {
  const clocks = await request<ClocksReply>(reach, 'GET', '/v1/clocks');
  const { steppedMs, skewMs, aheadMs, steps } = clocks;
  if (reach.json || steps.length > 0)
    show(
      reach,
      clocks,
      ['server', 'what', 'time it goes by', "machine's clock"],
      steps.map(({ instance, cause, server, machine }) => [instance, cause, server, machine]),
    );
  if (reach.json) return;
  const said = [
    steps.length === 0 ? 'no clock was ever set while a server ran' : '',
    steppedMs === 0 ? '' : `the machine's clock is ${inWords(steppedMs, "this server's time")}`,
    skewMs === null ? '' : `this server is ${inWords(skewMs, 'its store')}`,
    aheadMs === 0
      ? ''
      : `the newest event of a group is ${seconds(aheadMs)} ahead; its time runs on from there`,
  ];
  console.log(said.filter(Boolean).join('; ') || 'all clocks agree, and none is set otherwise than it was');
}

export const clocks = (): Command =>
  withExamples(
    reachable('clocks', 'steps of wall clocks, and whether the server agrees with its store'),
    'clocks',
    'clocks --json',
  ).action(guard(print));
