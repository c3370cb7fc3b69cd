import type { Append, GroupState, Id, Status, Tenure } from '@conclave/election';
import { msWithin, type Span } from './terms.js';

/** A runner at the end of a window, and what it did in it. */
export interface ReportedRunner {
  runner: Id;
  /** Null: it was not in the group at the end. */
  status: Status | null;
  platform: string | null;
  labels: Readonly<Record<string, string>>;
  taints: { key: Id; effect: string; actor: string; reason: string | null }[];
  /** Of the window, like the rest. */
  terms: number;
  ledMs: number;
  silences: number;
}

/** How often each runner was missed. */
export class Silences {
  readonly byRunner = new Map<Id, number>();

  take({ events }: Append): void {
    for (const { type, data } of events)
      if (type === 'HeartbeatMissed')
        this.byRunner.set(data.runner, (this.byRunner.get(data.runner) ?? 0) + 1);
  }
}

/** Who led longest comes first; then by seniority. Those who led or were missed, and are gone, too. */
export function runnersOf(
  end: GroupState,
  terms: readonly Tenure[],
  window: Span,
  { byRunner }: Silences,
): ReportedRunner[] {
  const led = new Map<Id, { terms: number; ledMs: number }>();
  for (const { runner, from, to } of terms) {
    const sofar = led.get(runner) ?? { terms: 0, ledMs: 0 };
    led.set(runner, { terms: sofar.terms + 1, ledMs: sofar.ledMs + msWithin(window, from, to) });
  }
  const ids = new Set([...end.runners.keys(), ...led.keys(), ...byRunner.keys()]);
  return [...ids]
    .map((runner): ReportedRunner => {
      const known = end.runners.get(runner);
      return {
        runner,
        status: known?.status ?? null,
        platform: known?.platform ?? null,
        labels: known?.labels ?? {},
        taints: (known?.taints ?? []).map(({ key, effect, actor, reason }) => ({
          key,
          effect,
          actor,
          reason,
        })),
        ...(led.get(runner) ?? { terms: 0, ledMs: 0 }),
        silences: byRunner.get(runner) ?? 0,
      };
    })
    .sort((a, b) => b.ledMs - a.ledMs);
}
