import type { RunnerStatus } from './events/telling.js';
import type { Tenure } from './tenure.js';

/** The runner behind a candidacy. */
export interface Candidate {
  isWorking(): boolean;
  /** A term is held from now on: its work may start. */
  begun(tenure: Tenure): void;
  /** The lease of the term was renewed. */
  granted(tenure: Tenure): void;
  become(status: RunnerStatus): void;
  /** Who leads the group, as a server says that answered in time. */
  ledBy(leader: string | null, term: number): void;
  superseded(): void;
  refused(error: Error): void;
  problem(error: Error): void;
}
