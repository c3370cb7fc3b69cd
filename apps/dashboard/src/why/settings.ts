/** Settings that a question, or an order, may change. */
export const SETTINGS: { name: string; words: string; options?: readonly string[] }[] = [
  { name: 'strategy', words: 'strategy', options: ['oldest', 'priority'] },
  { name: 'failback', words: 'failback', options: ['never', 'always'] },
  { name: 'failover', words: 'failover', options: ['lease', 'fenced'] },
  { name: 'leaseMs', words: 'lease, ms' },
  { name: 'heartbeatMs', words: 'heartbeat, ms' },
  { name: 'drainMs', words: 'drain, ms' },
  { name: 'twoPersonMs', words: 'wait for a second person, ms' },
];

/** Those that are given in an address or a form, as the API takes them. */
export function givenSettings(given: Record<string, string | undefined>): Record<string, string | number> {
  const settings: Record<string, string | number> = {};
  for (const { name, options } of SETTINGS) {
    const value = given[name];
    if (!value) continue;
    if (options) settings[name] = value;
    else if (/^\d+$/.test(value)) settings[name] = Number(value);
  }
  return settings;
}
