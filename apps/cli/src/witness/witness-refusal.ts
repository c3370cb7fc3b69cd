import type { WitnessProblem } from '@conclave/audit';

/** Why a witness does not do what it is asked, in the words that the asker reads. */
export class WitnessRefusal extends Error {
  constructor(
    readonly code: WitnessProblem,
    message: string,
  ) {
    super(message);
  }
}
