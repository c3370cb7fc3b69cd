import { GroupVerifier, type Verification } from '@conclave/audit';
import { streamOf, type Id } from '@conclave/election';
import { GENESIS_HASH } from '@conclave/event-store';
import type { Engine } from '../../node/engine.js';
import { paced } from '../../node/pacing.js';

/** Verifies what this server shows of a group too, up to the event that it shows now. */
export async function verified(engine: Engine, group: Id, signal: AbortSignal): Promise<Verification> {
  const head = engine.head(group);
  if (!head) return unreadable(engine, group);
  const { state } = head;
  const tenures = structuredClone(engine.tenures.of(group)); // with the state, before anything else can happen
  const verifier = new GroupVerifier(group, { hashes: true, view: true });
  for await (const stored of paced(engine.store.read(streamOf(group)), signal)) {
    if (stored.version > state.version) break;
    verifier.takeStored(stored);
  }
  return verifier.finish({ state, tenures });
}

/** One that was given up: nothing of it is shown that could be verified. */
const unreadable = (engine: Engine, group: Id): Verification => ({
  ok: false,
  events: 0,
  violations: [{ rule: 'readable', version: 0, recorded: engine.groups.problemOf(group), expected: 'events of Conclave' }],
  head: GENESIS_HASH,
});
