import type { Command } from 'commander';
import type { GroupReply } from '@conclave/contract';
import { operator } from '../commands/operating.js';
import { CliError } from '../remote/cli-error.js';
import { request, type Wish } from '../remote/client.js';
import { act } from '../terminal/confirming.js';
import { proposalInWords } from '../terminal/output.js';
import { groupPath as at, guard } from '../terminal/options.js';

/** `approve`, `withdraw`: orders that wait for a second person. */
export const approving = (): Command[] => [
  ofProposal(
    'approve',
    'a second person wants what another one has ordered: it takes effect',
    'approve deploy',
  ),
  ofProposal(
    'withdraw',
    'what somebody has ordered and waits for a second person will not take effect',
    'withdraw deploy',
  ),
];

const ofProposal = (name: 'approve' | 'withdraw', description: string, example: string): Command =>
  operator(name, description, example)
    .argument('<group>')
    .argument('[order]', 'its id, as "conclave group" shows it; not needed if only one waits')
    .action(
      guard(async (g: string, order: string | undefined, wish: Wish) =>
        act(wish, 'POST', at(g, 'proposals', idOf(g, order) ?? (await onlyOne(g, wish)), name)),
      ),
    );

function idOf(g: string, order: string | undefined): string | undefined {
  if (order === undefined || /^[0-9a-f-]{36}$/i.test(order)) return order;
  throw new CliError(2, `"${order}" is no id of an order; those that wait: conclave group ${g}`);
}

async function onlyOne(g: string, wish: Wish): Promise<string> {
  const { proposals = [] } = await request<GroupReply>(wish, 'GET', at(g));
  const [only, ...others] = proposals;
  if (!only) throw new CliError(3, `no order of "${g}" waits for a second person.`);
  if (others.length === 0) return only.id;
  const list = proposals.map((one) => `\n  ${one.id}  ${proposalInWords(one)}`).join('');
  throw new CliError(2, `${proposals.length} orders wait; say which one:${list}`);
}
