import type { Id } from '@conclave/contract';

// The words that the core shares with the API.
export {
  DEFAULT_DAMPING,
  DEFAULT_LOSS_CONFIRM_MS,
  DEFAULT_SETTINGS,
  Damping,
  ElectCause,
  EndCause,
  Evidence,
  FLAP_PENALTY,
  GONE_AFTER_MS,
  Id,
  Iso,
  LiftCause,
  MAX_RUNNERS,
  MAX_TAINTS,
  MAX_VERDICT_KEYS,
  NO_TERM,
  PAST_INCARNATIONS,
  PinMode,
  RECENT_SILENCES,
  RevokeCause,
  Role,
  Settings,
  SettingsPatch,
  Status,
  TaintEffect,
  Term,
  Until,
  Uuid,
  Verdict,
  type VacancyWhy,
} from '@conclave/contract';

/**
 * Streams of the log: one per group, the presence log `P`, commands that left no event (answered, or refused), and how far
 * webhooks are.
 */
export const PRESENCE_STREAM = 'presence';
export const ANSWERS_STREAM = 'answers';
export const ATTEMPTS_STREAM = 'attempts';
export const WEBHOOKS_STREAM = 'webhooks';
const TRANSIENT = new Set([PRESENCE_STREAM, ANSWERS_STREAM, ATTEMPTS_STREAM, WEBHOOKS_STREAM]);
/** Streams whose events go after a time: no history rests on them, and they stay where they are when a log moves. */
export const isTransient = (stream: string): boolean => TRANSIENT.has(stream);
export const isLasting = (stream: string): boolean => !isTransient(stream);
const GROUP_PREFIX = 'group-';
export const streamOf = (group: Id): string => GROUP_PREFIX + group;
export const groupOf = (stream: string): Id | null =>
  stream.startsWith(GROUP_PREFIX) ? stream.slice(GROUP_PREFIX.length) : null;
