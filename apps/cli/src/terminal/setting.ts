import {
  DEFAULT_DAMPING,
  DEFAULT_LOSS_CONFIRM_MS,
  DEFAULT_SETTINGS,
  type Damping,
  type Settings,
} from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';
import { durationInWords, msIn } from '../remote/meaning/durations.js';

/** One setting of a group, or one part of its damping. */
export interface Setting {
  /** As the API has it: durations end in Ms. */
  name: string;
  default: string;
  meaning: string;
}

const { strategy: byWhat, failback: back, failover: over } = DEFAULT_SETTINGS;
const after = (ms: number): string => durationInWords(ms);

/** What a group can be told, in the words of docs/concepts.md. */
export const SETTINGS: readonly Setting[] = [
  ['strategy', byWhat, 'who is elected among equals: the oldest, or the highest priority first'],
  ['failback', back, 'whether a better runner takes the lead from a healthy leader'],
  [
    'failover',
    over,
    'whether the end of the old lease is waited for; fenced only where resources check the term',
  ],
  ['leaseMs', after(DEFAULT_SETTINGS.leaseMs), 'what a heartbeat grants'],
  ['heartbeatMs', 'a third of lease', 'the pace that every reply dictates'],
  ['drainMs', after(DEFAULT_SETTINGS.drainMs), 'how long a leader that was told to stop may finish its work'],
  [
    'lossConfirmMs',
    after(DEFAULT_LOSS_CONFIRM_MS),
    'fenced: how long nothing may be heard of a leader whose connection broke',
  ],
  [
    'twoPersonMs',
    'off',
    'pins, forced transfers, removals, resignations in the name of a runner, and changes of this wait so long for a second person',
  ],
  ['damping', 'off', 'holds back runners that fall silent again and again'],
  [
    'damping.halfLifeMs',
    after(DEFAULT_DAMPING.halfLifeMs),
    'in which a penalty halves; each silence adds 1000',
  ],
  ['damping.suppressAt', String(DEFAULT_DAMPING.suppressAt), 'penalty from which a runner is not elected'],
  ['damping.reuseAt', String(DEFAULT_DAMPING.reuseAt), 'penalty at which it is elected again'],
  [
    'damping.maxSuppressMs',
    after(DEFAULT_DAMPING.maxSuppressMs),
    'after which it is elected again, however high its penalty',
  ],
].map(([name, byDefault, meaning]) => ({ name, default: byDefault, meaning }) as Setting);

/** As people write it, with a unit in its value: `lease` for `leaseMs`. */
export const shortName = ({ name }: Pick<Setting, 'name'>): string => name.replace(/Ms$/, '');

/** What a group has, as `set` would take it; of damping that is off no part has a value. */
export function valueIn(settings: Settings, { name, default: byDefault }: Setting): string {
  const [whole, part] = name.split('.') as [keyof Settings, keyof Damping | undefined];
  const held = settings[whole];
  if (part !== undefined) return told(part, (held as Damping | undefined)?.[part] ?? '');
  if (held === undefined) return byDefault;
  return whole === 'damping' ? 'on' : told(name, held as string | number);
}
const told = (name: string, value: string | number): string =>
  typeof value === 'number' && name.endsWith('Ms') ? durationInWords(value) : String(value);

/** What takes a setting away. */
const NULL_IN_WORDS: Record<string, string> = {
  twoPersonMs: 'off',
  heartbeatMs: 'default',
  lossConfirmMs: 'default',
};

/** `name=value` pairs as the API takes settings; throws {@link CliError} (2) that says what is wrong with one. */
export function settingsOf(pairs: readonly string[]): Record<string, unknown> {
  const [settings, said] = [{} as Record<string, unknown>, new Set<string>()];
  for (const pair of pairs) {
    const [, given, text] = /^([A-Za-z.]+)=(.+)$/.exec(pair) ?? [];
    if (given === undefined || text === undefined)
      throw new CliError(2, `"${pair}" is no setting; write name=value, like lease=30s.`);
    const name = SETTINGS.find((one) => given === one.name || given === shortName(one))?.name;
    if (name === undefined)
      throw new CliError(
        2,
        `there is no setting "${given}"; there are ${SETTINGS.map(shortName).join(', ')}.`,
      );
    if (said.has(name)) throw new CliError(2, `"${given}" is given twice.`);
    said.add(name);
    const value = valueOf(name, given, text);
    const [whole, part] = name.split('.') as [string, string | undefined];
    const before = settings[whole] as object | null | undefined;
    if (part !== undefined) settings[whole] = { ...before, [part]: value };
    else settings[whole] = whole === 'damping' && value !== null ? { ...before } : value;
  }
  return settings;
}

function valueOf(name: string, given: string, text: string): string | number | null {
  if (name === 'damping') {
    if (text !== 'on' && text !== 'off')
      throw new CliError(2, 'damping is on or off, or damping.<part>=<number>.');
    return text === 'off' ? null : text;
  }
  if (NULL_IN_WORDS[name] === text) return null;
  const isPlain = /^\d+$/.test(text);
  if (!name.endsWith('Ms')) return isPlain ? Number(text) : text;
  if (isPlain && (given === name || Number(text) === 0)) return Number(text);
  const ms = msIn(text);
  if (ms !== null) return ms;
  const short = shortName({ name });
  throw new CliError(
    2,
    `"${given}=${text}" has no unit that is known: write ${short}=30s (ms, s, m, h, d), or ${name}=30000.`,
  );
}
