import type { Id } from '@conclave/election';
import type { Engine } from '../../node/engine.js';
import { ApiProblem } from './problem-catalogue.js';

/** Rejects with `log-replaced` if the certificate proves a term that the log has lost: this server stops then. */
export async function heed(engine: Engine, group: Id, certificate: string): Promise<void> {
  if (!(await engine.witness.testify(group, certificate))) return;
  throw new ApiProblem('log-replaced', `the certificate proves a term of group "${group}" that the log does not know. The server stops.`);
}
