import { differencesOf } from '@conclave/views';
import type { Instant } from '@conclave/audit';
import { CliError } from '../remote/cli-error.js';
import { show } from '../terminal/output.js';
import { ask, type Source } from './asking.js';

/** What changed between two moments of a group, and by what. */
export async function diff(
  group: string,
  { from, to, ...options }: Source & { from: Instant; to?: Instant },
): Promise<void> {
  const { before, after, events } = await ask(options, async (audits) => {
    const then = await audits.at(group, from);
    const given = to && (await audits.at(group, to));
    if (given && given.version < then.version) throw new CliError(2, '--to is before --from.');
    const told = await audits.history(group, { from: then.version + 1, to: given?.version });
    const events = [];
    for await (const { version, meta, words } of told.events) events.push({ version, at: meta.at, words });
    // the end of what is known: this machine's clock says nothing of that
    const now = given ?? (await audits.at(group, { version: events.at(-1)?.version ?? then.version }));
    return { before: then, after: now, events };
  });
  const differences = differencesOf(before, after);
  const rows = differences.map(({ what, before: a, after: b }) => [what, a ?? '-', b ?? '-']);
  const range = {
    from: { at: before.at, version: before.version },
    to: { at: after.at, version: after.version },
  };
  if (options.json || rows.length > 0)
    show(
      options,
      { group, ...range, differences, events },
      ['what', `at ${before.at}`, `at ${after.at}`],
      rows,
    );
  if (options.json) return;
  if (rows.length === 0) console.log('nothing is otherwise');
  for (const { version, at, words } of events) console.log(`${version}  ${at}  ${words}`);
}
