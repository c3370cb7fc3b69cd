import { GroupVerifier, type Verification } from '@conclave/audit';
import { streamOf, type Id } from '@conclave/election';
import type { Engine } from '../engine.js';
import { paced } from '../pacing.js';

/** Verifies what this server shows of a group too, up to the event that it shows now. */
export async function verified(engine: Engine, group: Id, signal: AbortSignal): Promise<Verification> {
  const { state } = engine.head(group)!;
  const tenures = structuredClone(engine.tenures.of(group)); // with the state, before anything else can happen
  const verifier = new GroupVerifier(group, { hashes: true, view: true });
  for await (const stored of paced(engine.store.read(streamOf(group)), signal)) {
    if (stored.version > state.version) break;
    verifier.takeStored(stored);
  }
  return verifier.finish({ state, tenures });
}
