import { durationMs } from './options.js';

/** When something that an operator sets ends by itself. */
export interface Lifetime {
  for?: number;
  untilGone?: string;
}

export const FOR = ['--for <duration>', 'ends by itself after 15m, 2h, 3d …', durationMs] as const;
export const UNTIL_GONE = ['--until-gone <runner>', 'ends when that runner is gone'] as const;

/** As the API takes it. */
export const lifetime = ({ for: ttlMs, untilGone }: Lifetime): object => ({
  ...(ttlMs !== undefined && { ttlMs }),
  ...(untilGone && { until: { runnerGone: untilGone } }),
});
