import type { ConfigureGroup } from './commands.js';
import type { Draft } from './draft.js';
import { settle } from './leadership.js';
import { refuse } from './rejections.js';
import { DEFAULT_SETTINGS, type Settings, type SettingsPatch } from './vocabulary.js';

const followingHeartbeatMs = (leaseMs: number): number => Math.floor(leaseMs / 3);

/** Settings after a patch. A heartbeat that nobody set apart follows a third of the lease. */
export function patchedSettings(current: Settings, patch: SettingsPatch): Settings {
  const next: Settings = { ...current, ...definedOf(patch) };
  const followed = current.heartbeatMs === followingHeartbeatMs(current.leaseMs);
  if (patch.heartbeatMs === undefined && followed) next.heartbeatMs = followingHeartbeatMs(next.leaseMs);
  return next;
}

const definedOf = (patch: SettingsPatch): Partial<Settings> => Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));

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
  if (previous && JSON.stringify(previous) === JSON.stringify(settings)) return;
  d.emit('GroupConfigured', { settings, previous });
  settle(d, 'settings');
}
