import type { ConfigureGroup } from '../model/commands.js';
import type { Draft } from './draft.js';
import { settle } from './leadership.js';
import { refuse } from '../model/rejections.js';
import { sameJson } from '../model/same-json.js';
import { ceilingOf } from '../rule/damping.js';
import {
  DEFAULT_DAMPING,
  DEFAULT_SETTINGS,
  type Damping,
  type Settings,
  type SettingsPatch,
} from '../model/vocabulary.js';

export const followingHeartbeatMs = (leaseMs: number): number => Math.floor(leaseMs / 3);

/** Settings after a patch. A heartbeat that nobody set apart, or not any more, follows a third of the lease. */
export function patchedSettings(current: Settings, patch: SettingsPatch): Settings {
  const { damping, twoPersonMs, lossConfirmMs, heartbeatMs, ...rest } = patch;
  const next: Settings = { ...current, ...definedOf(rest), heartbeatMs: heartbeatMs ?? current.heartbeatMs };
  put(next, 'twoPersonMs', twoPersonMs);
  put(next, 'lossConfirmMs', lossConfirmMs);
  if (damping === null) delete next.damping;
  else if (damping) next.damping = { ...(current.damping ?? DEFAULT_DAMPING), ...definedOf(damping) };
  const followed = current.heartbeatMs === followingHeartbeatMs(current.leaseMs);
  if (heartbeatMs === null || (heartbeatMs === undefined && followed))
    next.heartbeatMs = followingHeartbeatMs(next.leaseMs);
  return next;
}

/** null takes it away. */
function put(
  settings: Settings,
  name: 'twoPersonMs' | 'lossConfirmMs',
  value: number | null | undefined,
): void {
  if (value === null) delete settings[name];
  else if (value !== undefined) settings[name] = value;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const definedOf = <T extends object>(patch: T): Defined<T> =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Defined<T>;

export function configureGroup(command: ConfigureGroup, d: Draft): void {
  const exists = d.state.version > 0;
  const previous = exists ? d.state.settings : null;
  const settings = patchedSettings(previous ?? DEFAULT_SETTINGS, command.settings);
  const highest = followingHeartbeatMs(settings.leaseMs);
  if (settings.heartbeatMs > highest) {
    refuse(
      'settings-invalid',
      `heartbeatMs is ${settings.heartbeatMs}, but with leaseMs ${settings.leaseMs} it may be ` +
        `at most ${highest} (a third of the lease), so that two lost beats depose nobody. Lower heartbeatMs or raise leaseMs.`,
    );
  }
  if (settings.damping) checkDamping(settings.damping);
  if (previous && sameJson(previous, settings)) return;
  d.emit('GroupConfigured', { settings, previous });
  settle(d, 'settings');
}

function checkDamping(damping: Damping): void {
  const { suppressAt, reuseAt } = damping;
  if (reuseAt >= suppressAt)
    refuse('settings-invalid', `damping.reuseAt is ${reuseAt}; it must be below suppressAt (${suppressAt}).`);
  const highest = Math.floor(ceilingOf(damping));
  if (highest >= suppressAt) return;
  refuse(
    'settings-invalid',
    `damping.suppressAt is ${suppressAt}, but with this reuseAt, halfLifeMs and maxSuppressMs the penalty never exceeds ${highest}: ` +
      'nobody would ever be suppressed. Lower suppressAt, or raise maxSuppressMs.',
  );
}
