/** Time as the rest of Conclave sees it. Tests put a manual clock here. */
export interface Clock {
  /** Wall clock, ms since the epoch. For the record and for expiries only; no guarantee rests on it. */
  wallMs(): number;
  /** Elapsed time, ms, never goes back. Leases and silence are measured with this one (G2). */
  monotonicMs(): number;
  /** How far the machine's wall clock is ahead of this one because somebody set it; 0 as long as nobody did. */
  readonly steppedMs: number;
  /** This clock was wrong: its wall time moves by so much. The machine's own is then as much ahead, or back. */
  adopt(byMs: number): void;
}

/** What a machine has of clocks. */
export interface MachineClocks {
  wallMs(): number;
  /** May stand still while the machine is suspended. */
  monotonicMs(): number;
  /** Seconds since the machine started, suspended or not; whole seconds will do. */
  uptimeS(): number;
}

/** A wall clock that moves by more than this between two looks was set; less than that is how NTP steers. */
const STEP_MS = 500;
/** Uptime has whole seconds. */
const UPTIME_ERROR_MS = 1_500;

/**
 * A wall clock that is steered and suspended with the machine's, and is not set with it (ADR 011): a step would end or
 * prolong whatever people gave an end. Look at it a few times a second, or steering adds up to a step.
 */
export class SteadyClock implements Clock {
  steppedMs = 0;
  /** Our wall clock less the monotonic one. */
  private offsetMs: number;
  /** Time suspended: uptime less the monotonic clock. */
  private suspendedMs: number;

  constructor(private readonly machine: MachineClocks) {
    this.offsetMs = machine.wallMs() - machine.monotonicMs();
    this.suspendedMs = machine.uptimeS() * 1_000 - machine.monotonicMs();
  }

  monotonicMs(): number {
    return this.machine.monotonicMs();
  }

  wallMs(): number {
    const { machine } = this;
    const gapMs = machine.wallMs() - (machine.monotonicMs() + this.offsetMs + this.steppedMs);
    if (Math.abs(gapMs) <= STEP_MS || this.wasSuspended(gapMs)) this.offsetMs += gapMs;
    else this.steppedMs += gapMs;
    if (this.steppedMs !== 0 && Math.abs(this.steppedMs) <= STEP_MS) {
      this.offsetMs += this.steppedMs; // it was set back
      this.steppedMs = 0;
    }
    return Math.floor(machine.monotonicMs() + this.offsetMs);
  }

  adopt(byMs: number): void {
    this.wallMs();
    this.offsetMs += byMs;
    this.steppedMs -= byMs;
  }

  private wasSuspended(gapMs: number): boolean {
    const suspendedMs = this.machine.uptimeS() * 1_000 - this.machine.monotonicMs();
    const sinceMs = suspendedMs - this.suspendedMs;
    if (sinceMs < STEP_MS || Math.abs(sinceMs - gapMs) > UPTIME_ERROR_MS) return false;
    this.suspendedMs = suspendedMs;
    return true;
  }
}

/** UTC ISO-8601 with milliseconds and `Z`, the only form of an instant in events and API. */
export const isoOf = (wallMs: number): string => new Date(wallMs).toISOString();
