import type { Command } from 'commander';
import type { KeysReply, RotatedReply } from '@conclave/contract';
import { actorInWords } from '@conclave/election';
import { CliError } from '../remote/cli-error.js';
import { request, type Wish } from '../remote/client.js';
import { guard, instant, reachable, withExamples } from '../terminal/options.js';
import { show } from '../terminal/output.js';

/** A server of before 2026-11-27 does not say which one it signs with, one of the day before not which were revoked. */
function stateOf(kid: string, signing: string | undefined): string {
  if (signing === undefined) return 'valid';
  return kid === signing ? 'this server signs with it' : 'of another server, or of before';
}

function print(wish: Wish, answer: Omit<KeysReply, 'revoked'> & Partial<KeysReply>): void {
  const rows = [
    ...answer.keys.map(({ kid }) => [String(kid), stateOf(String(kid), answer.signing), '', '']),
    ...(answer.revoked ?? []).map(({ key, since, actor, reason }) => [
      String(key.kid),
      `revoked${since ? ` from ${since} on` : ''}`,
      actorInWords(actor),
      reason ?? '',
    ]),
  ];
  show(wish, answer, ['key', 'state', 'by', 'why'], rows);
}

const reasoned = ({ reason }: Wish): { reason: string } => {
  if (!reason) throw new CliError(2, 'give --reason: it stays in the record of keys');
  return { reason };
};

/** Keys that servers sign with. */
export function keys(): Command {
  const look = withExamples(
    reachable('keys', 'public keys of all servers; save them to verify evidence with'),
    'keys --json > keys.json',
  ).action(guard(async (wish: Wish) => print(wish, await request(wish, 'GET', '/v1/keys'))));
  return look
    .enablePositionalOptions()
    .addCommand(
      withExamples(
        reachable('rotate', 'the server that is asked signs with another key from now on').option(
          '--reason <text>',
          'why; stays in the record of keys',
        ),
        'keys rotate --reason "yearly"',
      ).action(
        guard(async (wish: Wish) => {
          const body = reasoned(wish);
          const { kid, replaces } = await request<RotatedReply>(wish, 'POST', '/v1/keys/rotate', body);
          console.log(
            wish.json
              ? JSON.stringify({ kid, replaces }, null, 2)
              : `signs with key ${kid} instead of ${replaces}`,
          );
        }),
      ),
    )
    .addCommand(
      withExamples(
        reachable('revoke', 'what a key signed is worth nothing any more')
          .argument('<kid>', 'as "conclave keys" names it; one that begins with "-" goes last, behind "--"')
          .option('--since <time>', 'only what it signed from then on', instant)
          .option('--reason <text>', 'why; stays in the record of keys'),
        'keys revoke 3KNKbqwFR3z5MioQPWwdGsgfempZ3-ChGfMc4o093ic --reason "laptop stolen"',
      ).action(
        guard(async (kid: string, { since, ...wish }: Wish & { since?: string }) => {
          const body = { ...reasoned(wish), ...(since && { since }) };
          print(
            wish,
            await request<KeysReply>(wish, 'POST', `/v1/keys/${encodeURIComponent(kid)}/revoke`, body),
          );
        }),
      ),
    );
}
