import type { Command } from 'commander';
import type { GroupReply } from '@conclave/contract';
import { operator } from '../commands/operating.js';
import { request, type Wish } from '../remote/client.js';
import { act } from '../terminal/confirming.js';
import { groupPath, guard } from '../terminal/options.js';
import { show } from '../terminal/output.js';
import { SETTINGS, settingsOf, shortName, valueIn } from '../terminal/setting.js';

/** `set`: how a group elects; without settings, which there are. */
export const setting = (): Command =>
  operator(
    'set',
    'create a group or change its settings; without settings: what they are, and what they mean',
    'set deploy failback=always lease=30s damping=on',
    'set deploy',
    'set',
  )
    .argument('[group]')
    .argument('[setting...]', 'name=value; durations with a unit (lease=15s) or in ms (leaseMs=15000)')
    .action(
      guard(async (group: string | undefined, pairs: string[], wish: Wish) =>
        group === undefined || pairs.length === 0
          ? list(group, wish)
          : act(wish, 'PUT', groupPath(group), settingsOf(pairs)),
      ),
    );

async function list(group: string | undefined, wish: Wish): Promise<void> {
  const known = group === undefined ? null : await request<GroupReply>(wish, 'GET', groupPath(group));
  const { BOUNDS } = await import('./bounds.js'); // with the schemas, which nobody else here needs
  const settings = SETTINGS.map((one) => ({
    ...one,
    bounds: BOUNDS[one.name]!,
    setting: shortName(one),
    ...(known && { value: valueIn(known.settings, one) }),
  }));
  const head = ['setting', ...(known ? ['is'] : []), 'default', 'bounds', 'meaning'];
  const rows = settings.map((one) => [
    one.setting,
    ...(known ? [one.value ?? ''] : []),
    one.default,
    one.bounds,
    one.meaning,
  ]);
  show(wish, settings, head, rows);
}
