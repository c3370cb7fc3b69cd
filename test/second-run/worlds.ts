import type { ElectionCommand, SettingsPatch } from '@conclave/election';

/** A stretch of time in which a runner does not beat. */
export interface Outage {
  fromMs: number;
  toMs: number;
  /** It hangs with its stream open, its stream breaks, or its process dies and another one registers. */
  kind: 'hang' | 'cut' | 'restart';
  /** Of a restart: a supervisor vouches for the end of the old process. */
  isVouched: boolean;
}
export interface Life {
  runner: string;
  registersMs: number;
  priority: number;
  isReady: boolean;
  outages: Outage[];
}

/** What is done from outside at an instant; a runner resigns or gives back only if it leads then. */
export interface Deed {
  atMs: number;
  does:
    | ElectionCommand
    | { type: 'Resign'; runner: string; cooldownMs: number | null }
    | { type: 'GiveBack'; runner: string };
}

/** The facts of one world, the same in every run of it, and the two settings that it is run with. */
export interface World {
  seed: number;
  endMs: number;
  a: SettingsPatch;
  b: SettingsPatch;
  /** How long the work of a leader that has to stop goes on. */
  workMs: number;
  lives: Life[];
  deeds: Deed[];
}

/** Every lease that is in force in a run of it. */
export const leasesOf = ({ a, b, deeds }: World): number[] => [
  ...new Set([a.leaseMs!, b.leaseMs!, ...changedLeases(deeds)]),
];
/** The longest that the first run ever had. */
export const longestOf = ({ a, deeds }: World): number => Math.max(a.leaseMs!, ...changedLeases(deeds));
const changedLeases = (deeds: readonly Deed[]): number[] =>
  deeds.flatMap(({ does }) => (does.type === 'ConfigureGroup' ? [does.settings.leaseMs!] : []));
