import type { Id } from '@conclave/election';
import type { Node } from '@conclave/node';
import { ApiProblem } from './api-problem.js';

/**
 * Rejects with `log-replaced` if the certificate proves a term that the log has lost: this server stops then.
 */
export async function heed(node: Node, group: Id, certificate: string): Promise<void> {
  if (!(await node.witness.testify(group, certificate))) return;
  throw new ApiProblem(
    'log-replaced',
    `the certificate proves a term of group "${group}" that the log does not know. The server stops.`,
  );
}
