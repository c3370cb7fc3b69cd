import { Audits } from '@conclave/audit';
import { breather, paced, type Node } from '@conclave/node';
import { knownHead } from '../edge/reads.js';

/** What a running server is asked, until `signal` aborts: then nobody wants the answer any more. */
export const auditsOf = (node: Node, signal: AbortSignal): Audits =>
  new Audits({
    history: node.history,
    stateOf: async (group) => knownHead(node, group).state,
    tenuresOf: async (group, since) => node.tenures.of(group, since),
    sealedOf: ({ sealed }) => sealed,
    // its own time: the log may be ahead of the clock (ADR 012)
    knownTo: ({ id }) => node.time.now(id),
    endOf: ({ id }) => node.time.now(id),
    paced: (items) => paced(items, signal),
    breathe: breather(signal),
  });
