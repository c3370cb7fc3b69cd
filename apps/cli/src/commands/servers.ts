import type { Command } from 'commander';
import type { ServersReply } from '@conclave/contract';
import { request, type Reach } from '../remote/client.js';
import { guard, reachable, withExamples } from '../terminal/options.js';
import { show } from '../terminal/output.js';

/** Each writes once a second while it lives. */
const LIVES_MS = 3_000;

async function print(reach: Reach): Promise<void> {
  const reply = await request<ServersReply>(reach, 'GET', '/v1/servers');
  const { servers } = reply;
  show(
    reach,
    reply,
    ['server', 'last wrote', 'seconds ago', 'behind', 'state'],
    servers.map(({ id, isThis, wroteAt, silentMs, behind }) => [
      id,
      wroteAt,
      (silentMs / 1_000).toFixed(1),
      String(behind),
      [silentMs > LIVES_MS ? 'silent' : 'writes', ...(isThis ? ['this one'] : [])].join(', '),
    ]),
  );
  if (!reach.json && servers.length === 0) console.log('no server has written for five minutes');
}

export const servers = (): Command =>
  withExamples(
    reachable(
      'servers',
      'servers that share this log: who writes, and who has stopped; each by what its log calls "writer" (line "serving")',
    ),
    'servers',
    'servers --json',
  ).action(guard(print));
