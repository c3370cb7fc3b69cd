import { CliError } from '../remote/cli-error.js';

const valueOf = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);

/** `name=value` pairs as the API takes settings; `damping` is switched as a whole or set part by part. */
export function settingsOf(pairs: readonly string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, name, part, value] = /^([A-Za-z]+)(?:\.([A-Za-z]+))?=(.+)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      throw new CliError(2, `"${pair}" is no setting; write name=value, like leaseMs=30000.`);
    if (part !== undefined) settings[name] = { ...(settings[name] as object | null), [part]: valueOf(value) };
    else if (name === 'damping')
      settings[name] = value === 'off' ? null : { ...(settings[name] as object | undefined) };
    else settings[name] = name === 'twoPersonMs' && value === 'off' ? null : valueOf(value);
    if (name === 'damping' && part === undefined && value !== 'on' && value !== 'off')
      throw new CliError(2, 'damping is on or off, or damping.<part>=<number>.');
  }
  return settings;
}
