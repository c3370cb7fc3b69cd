import type {
  Back as BackShape,
  CommandOf,
  Heard,
  Missed as MissedShape,
  RecordedCommand,
  SealedPast,
} from '@conclave/contract';
import type { z } from 'zod';
import type { Occasion } from './events.js';
import type { Iso, Until } from './vocabulary.js';

// What each means stands beside its form, in libs/contract.

export type { Heard };
export type ElectionCommand = RecordedCommand;
export type Missed = z.infer<typeof MissedShape>;
export type Back = z.infer<typeof BackShape>;
/** So many processes one command gives up, or makes active, at the most: well under the 1 MiB that an append may have. */
export const MOST_IN_A_COMMAND = 250;

/** How long an operator's word holds: until an instant, for a time, or until a runner is gone. */
export interface Lifetime {
  expiresAt: Iso | null;
  ttlMs: number | null;
  until: Until | null;
}

export type ConfigureGroup = CommandOf<'ConfigureGroup'>;
export type RegisterRunner = CommandOf<'RegisterRunner'>;
export type ActivateRunner = CommandOf<'ActivateRunner'>;
export type ReportSilence = CommandOf<'ReportSilence'>;
export type ReportLeaseExpired = CommandOf<'ReportLeaseExpired'>;
export type TaintRunner = CommandOf<'TaintRunner'>;
export type PinLeader = CommandOf<'PinLeader'>;
export type TransferLeadership = CommandOf<'TransferLeadership'>;
export type PauseElections = CommandOf<'PauseElections'>;
export type DrainGroup = CommandOf<'DrainGroup'>;
export type UntaintRunner = CommandOf<'UntaintRunner'>;
export type ForgiveRunner = CommandOf<'ForgiveRunner'>;
export type ReleaseLeadership = CommandOf<'ReleaseLeadership'>;
export type ResignLeadership = CommandOf<'ResignLeadership'>;
export type DeregisterRunner = CommandOf<'DeregisterRunner'>;
export type AcceptLog = CommandOf<'AcceptLog'>;
export type SealHistory = CommandOf<'SealHistory'>;
export type DeleteGroup = CommandOf<'DeleteGroup'>;
export type ApproveOrder = CommandOf<'ApproveOrder'>;
export type WithdrawOrder = CommandOf<'WithdrawOrder'>;

/**
 * Who asks, when and why. The command is refused unless `ifTerm` is the group's last term and `ifVersion` its
 * version; `*` is any version of a group that is there.
 */
export interface CommandContext extends Occasion {
  ifTerm?: number | undefined;
  ifVersion?: number | '*' | undefined;
  /** Of `SealHistory` and `DeleteGroup`: what the history comes to that it seals. */
  past?: SealedPast | undefined;
  /**
   * It was decided before, perhaps by an older version: what is refused only since then is not, or a true record would be
   * called false.
   */
  isRecorded?: boolean | undefined;
}
