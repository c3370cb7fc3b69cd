import { statSync } from 'node:fs';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { ProofChain, ProofFooter, ProofHeader } from '@conclave/audit';
import { keysAt, whyRevoked, type TrustedKeys } from './evidence-file.js';
import { readCheckpoint } from './signed-line.js';
import { headerIn, readSealed } from './sealed-file.js';

/** What a proof proves. */
export interface Proof {
  /** Why it proves nothing; null if it does. */
  problem: string | null;
  words: string;
}

const PROOF = { what: 'a proof', header: ProofHeader, footer: ProofFooter };

/** What a proof begins with; null if the file does not begin so. */
export async function proofHeader(file: string): Promise<ProofHeader | null> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  return headerIn(file, ProofHeader);
}

/** Checks a proof. `trusted`: keys of the reader; null: the key that it brings is believed, and named. */
export async function proofOf(file: string, trusted: TrustedKeys | null): Promise<Proof> {
  const begun = await headerIn(file, ProofHeader);
  const chain = begun && new ProofChain(begun);
  let what = '';
  const { header, footer } = await readSealed(file, PROOF, (event) => {
    chain!.take(event);
    if (event.version === begun!.version) what = `${event.type} of ${(event.meta as { at?: string }).at}`;
  });
  const key = footer.key as JWK;
  const { statement, kid: signer } = await readCheckpoint(footer.checkpoint, []);
  const { isSigned } = await readCheckpoint(
    footer.checkpoint,
    trusted ? keysAt(trusted, statement.at) : [key],
  );
  const kid = await calculateJwkThumbprint(key).catch(() => 'unreadable');
  const revoked = trusted && whyRevoked(trusted, signer, statement.at);
  const problem = isSigned
    ? chain!.finish(footer, statement)
    : `its checkpoint ${revoked ? `does not count: its ${revoked}` : 'is not signed by a key that you trust'}`;
  const { group, version } = header;
  return {
    problem,
    words: `event ${version} of group "${group}" (${what}) is in the log of ${statement.at} (${statement.events} events, root ${statement.root.slice(0, 16)}…), signed by key ${kid}`,
  };
}
