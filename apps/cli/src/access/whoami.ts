import type { Command } from 'commander';
import type { WhoReply } from '@conclave/contract';
import { request, type Reach } from '../remote/client.js';
import { guard, reachable, withExamples } from '../terminal/options.js';
import { show } from '../terminal/output.js';

async function tell({ group, ...reach }: Reach & { group?: string }): Promise<void> {
  const query = group === undefined ? '' : `?group=${encodeURIComponent(group)}`;
  const who = await request<WhoReply>(reach, 'GET', `/v1/whoami${query}`);
  const rows = who.grants.map(({ role, groups, runners }) => [
    role,
    groups.join(', '),
    runners?.join(', ') ?? '',
  ]);
  if (!reach.json) {
    const until = who.expiresAt ? `, until ${who.expiresAt}` : '';
    console.log(
      who.proved
        ? `${who.name} (${who.auth.kind}${who.auth.issuer ? ` of ${who.auth.issuer}` : ''})${until}`
        : 'anybody: authentication is off at this server, names are claims',
    );
    const may = Object.entries(who.may).filter(([, isAllowed]) => isAllowed);
    const what = may.map(([name]) => name).join(', ') || 'nothing of audit, operate, administer';
    console.log(`may, ${group === undefined ? 'in some group' : `in group "${group}"`}: ${what}`);
  }
  show(reach, who, ['role', 'groups', 'runners'], rows);
}

/** What a server takes the credential of this shell for. */
export const whoami = (): Command =>
  withExamples(
    reachable('whoami', 'what the server takes you for, and what you may do'),
    'whoami',
    'whoami --group deploy --json',
  )
    .option('--group <group>', 'what is allowed there')
    .action(guard(tell));
