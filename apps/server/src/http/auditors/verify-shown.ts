import { GroupVerifier, RULES, type Verification } from '@conclave/audit';
import { sealedBefore } from '@conclave/coordination';
import { streamOf, type Id } from '@conclave/election';
import { GENESIS_HASH, HistoryGone } from '@conclave/event-store';
import { paced, type Node } from '@conclave/node';

/** Verifies what this server shows of a group too, up to the event that it shows now. */
export async function verifyShown(node: Node, group: Id, signal: AbortSignal): Promise<Verification> {
  const past = await node.seals.pastOf(group);
  const head = node.head(group);
  if (!head) return unreadable(node, group);
  const { state } = head;
  if (state.sealed?.upTo !== past?.upTo) return verifyShown(node, group, signal); // sealed meanwhile
  const tenures = node.tenures.recent.of(group); // with the state, before anything else can happen
  const verifier = new GroupVerifier(group, { view: true, past });
  const from = (past?.upTo ?? 0) + 1;
  for await (const stored of paced(node.store.read(streamOf(group), from), signal)) {
    if (stored.version > state.version) break;
    verifier.takeStored(stored);
  }
  if (node.head(group)?.state.sealed?.upTo !== past?.upTo) return verifyShown(node, group, signal); // and let go of
  const gone = await sealedBefore(node.store, group); // by a server that has read more than this one
  if (gone && gone.upTo >= from) throw new HistoryGone(node.store.nameOf(streamOf(group)), from);
  return verifier.finish({ state, tenures });
}

/** One that was given up: nothing of it is shown that could be verified. */
const unreadable = (node: Node, group: Id): Verification => ({
  ok: false,
  events: 0,
  violations: [
    {
      rule: 'readable',
      version: 0,
      words: RULES.readable,
      recorded: node.groups.problemOf(group),
      expected: 'events of Conclave',
    },
  ],
  head: GENESIS_HASH,
});
