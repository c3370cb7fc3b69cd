import { Settings } from '@conclave/contract';
import { durationInWords } from '../remote/meaning/durations.js';

const { strategy, failback, failover, leaseMs, heartbeatMs, drainMs, lossConfirmMs, twoPersonMs, damping } =
  Settings.shape;
const parts = damping.unwrap().shape;

interface Bounded {
  minValue: number | null;
  maxValue: number | null;
}
const from = ({ minValue, maxValue }: Bounded, of: (n: number) => string = String): string =>
  `${of(minValue!)} to ${of(maxValue!)}`;
const lasting = (bounded: Bounded): string => from(bounded, durationInWords);
const among = ({ options }: { options: readonly string[] }): string => options.join(', ');

/** Between what a setting may be, by its name. */
export const BOUNDS: Readonly<Record<string, string>> = {
  strategy: among(strategy),
  failback: among(failback),
  failover: among(failover),
  leaseMs: lasting(leaseMs),
  heartbeatMs: `default, ${durationInWords(heartbeatMs.minValue!)} to a third of lease`,
  drainMs: lasting(drainMs),
  lossConfirmMs: `default, ${lasting(lossConfirmMs.unwrap())}`,
  twoPersonMs: `off, ${lasting(twoPersonMs.unwrap())}`,
  damping: 'on, off',
  'damping.halfLifeMs': lasting(parts.halfLifeMs),
  'damping.suppressAt': from(parts.suppressAt),
  'damping.reuseAt': from(parts.reuseAt),
  'damping.maxSuppressMs': lasting(parts.maxSuppressMs),
};
