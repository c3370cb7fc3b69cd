import { Command } from 'commander';
import type { DeadReply, TriedReply, WebhookReply, WebhooksReply } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { guard, reachable, withExamples } from '../terminal/options.js';
import { show } from '../terminal/output.js';

const pathOf = (name: string, what: string): string => `/v1/webhooks/${encodeURIComponent(name)}/${what}`;

/** Of how many notices nobody knows: those of a group that is tried again later are in the log only. */
function waitingInWords({ state, instance, waitingGroups }: WebhookReply): string {
  const groups = waitingGroups === 1 ? '1 group' : `${waitingGroups} groups`;
  const waiting = waitingGroups ? `notices of ${groups}` : 'none';
  if (state !== 'elsewhere') return waiting;
  // one that has recorded nothing yet leaves that open
  return `${waitingGroups === null ? '' : `${waiting}; `}server ${instance} delivers`;
}

async function list(reach: Reach): Promise<void> {
  const answer = await request<WebhooksReply>(reach, 'GET', '/v1/webhooks');
  if (answer.webhooks.length === 0 && !reach.json)
    return console.log('no webhook is configured; CONCLAVE_WEBHOOKS of the server names the file of them');
  show(
    reach,
    answer,
    ['webhook', 'url', 'groups', 'on', 'state', 'waits', 'dead', 'last error'],
    answer.webhooks.map((one) => [
      one.name,
      one.url,
      one.groups.join(' '),
      one.on.join(', '),
      one.state,
      waitingInWords(one),
      one.dead,
      one.lastError === null ? '' : `${one.lastError.at}: ${one.lastError.why}`,
    ]),
  );
}

async function dead(name: string, reach: Reach): Promise<void> {
  const answer = await request<DeadReply>(reach, 'GET', pathOf(name, 'dead'));
  if (answer.dead.length === 0 && !reach.json) return console.log('nothing was given up');
  show(
    reach,
    answer,
    ['given up', 'notice', 'group', 'event', 'why'],
    answer.dead.map(({ at, id, group, version, why }) => [at, id, group ?? '', version, why]),
  );
}

/** Ends with 1 if the receiver did not take it. */
async function tried(reach: Reach, path: string, body: object): Promise<void> {
  const answer = await request<TriedReply>(reach, 'POST', path, body);
  const { id, delivered, status, why } = answer;
  if (reach.json) console.log(JSON.stringify(answer, null, 2));
  else if (delivered) console.log(`delivered ${id}: answered ${status}`);
  if (!delivered) throw new CliError(1, `${id} was not delivered: ${why}`);
}

/** Who is told of what happens, and whether that works. */
export function webhooks(): Command {
  return withExamples(
    new Command('webhook').description('who is told of what happens: docs/webhooks.md'),
    'webhook list',
    'webhook test ops',
  )
    .enablePositionalOptions()
    .addCommand(
      withExamples(
        reachable('list', 'webhooks, how far each is, and what was given up'),
        'webhook list',
      ).action(guard(list)),
    )
    .addCommand(
      withExamples(reachable('test', 'send a notice at once, and say how that went'), 'webhook test ops')
        .argument('<name>')
        .action(guard(async (name: string, reach: Reach) => tried(reach, pathOf(name, 'test'), {}))),
    )
    .addCommand(
      withExamples(reachable('dead', 'notices that were given up within a week'), 'webhook dead ops')
        .argument('<name>')
        .action(guard(dead)),
    )
    .addCommand(
      withExamples(
        reachable('redeliver', 'send one that was given up once more'),
        'webhook redeliver ops 0b8c7a52-5d0e-5f0e-9d51-6a3f5c1e2d4b:leader-changed',
      )
        .argument('<name>')
        .argument('<id>')
        .action(
          guard(async (name: string, id: string, reach: Reach) =>
            tried(reach, pathOf(name, 'redeliver'), { id }),
          ),
        ),
    );
}
