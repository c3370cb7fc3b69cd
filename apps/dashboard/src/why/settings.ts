import type { Settings } from '@conclave/contract';

/** Settings that a question, or an order, may change. */
export const SETTINGS: { name: keyof Settings; words: string; options?: readonly string[] }[] = [
  { name: 'strategy', words: 'strategy', options: ['oldest', 'priority'] },
  { name: 'failback', words: 'failback', options: ['never', 'always'] },
  { name: 'failover', words: 'failover', options: ['lease', 'fenced'] },
  { name: 'leaseMs', words: 'lease, ms' },
  { name: 'heartbeatMs', words: 'heartbeat, ms' },
  { name: 'drainMs', words: 'drain, ms' },
  { name: 'damping', words: 'flap damping', options: ['on', 'off'] },
  { name: 'twoPersonMs', words: 'wait for a second person, ms; 0: one decides alone' },
  { name: 'lossConfirmMs', words: 'a broken connection counts after, ms (fenced)' },
];

const BY_DEFAULT: { [name in keyof Settings]?: string } = {
  lossConfirmMs: '30',
  heartbeatMs: 'a third of the lease',
};

/** The setting as a person reads it. */
export function settingInWords(name: keyof Settings, value: Settings[keyof Settings]): string {
  if (value === undefined) return BY_DEFAULT[name] ?? 'off';
  return typeof value === 'object' ? 'on' : String(value);
}

/** A list as an address has it. */
export const listed = (text: string | undefined): string[] => text?.split(',').filter(Boolean) ?? [];

/** Those that are given in an address or a form, as the API takes them. */
export function givenSettings(given: Record<string, string | undefined>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const { name, options } of SETTINGS) {
    const value = given[name];
    if (!value) continue;
    if (name === 'damping') settings[name] = value === 'off' ? null : {};
    else if (name === 'twoPersonMs' && value === '0') settings[name] = null;
    else if (options) settings[name] = value;
    else settings[name] = Number.isFinite(Number(value)) ? Number(value) : value; // the server says what is wrong with it
  }
  return settings;
}
