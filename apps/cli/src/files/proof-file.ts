import { statSync } from 'node:fs';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { ProofChain, ProofFooter, ProofHeader } from '@conclave/audit';
import { eventIn } from './log-file.js';
import { readCheckpoint } from './signed-line.js';
import { CutOff, Malformed, sealedLines } from './sealed-file.js';

/** What a proof proves. */
export interface Proof {
  /** Why it proves nothing; null if it does. */
  problem: string | null;
  words: string;
  kid: string;
}

/** What a proof begins with; null if the file does not begin so. */
export async function proofHeader(file: string): Promise<ProofHeader | null> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  for await (const { value } of sealedLines(file, () => true))
    return ProofHeader.safeParse(value).data ?? null;
  return null;
}

/** Checks a proof. `trusted`: keys of the reader; null: the key that it brings is believed, and named. */
export async function proofOf(file: string, trusted: JWK[] | null): Promise<Proof> {
  let header: ProofHeader | undefined;
  let chain: ProofChain | null = null;
  let footer: ProofFooter | undefined;
  let [what, lines] = ['', 0];
  for await (const line of sealedLines(file)) {
    lines = line.number;
    if (footer) throw new Malformed(file, lines, 'stands after the footer');
    if (!chain) {
      header = ProofHeader.safeParse(line.value).data;
      if (!header) throw new Malformed(file, lines, 'is not the beginning of a proof');
      chain = new ProofChain(header);
      continue;
    }
    const event = eventIn(file, line);
    if (event) {
      chain.take(event);
      if (event.version === header!.version) what = `${event.type} of ${(event.meta as { at?: string }).at}`;
    } else if (!(footer = ProofFooter.safeParse(line.value).data))
      throw new Malformed(file, lines, 'is neither an event nor a footer');
  }
  if (!footer || !chain) throw new CutOff(file, lines);
  const key = footer.key as JWK;
  const { statement, isSigned } = await readCheckpoint(footer.checkpoint, trusted ?? [key]);
  const kid = await calculateJwkThumbprint(key).catch(() => 'unreadable');
  const problem = isSigned
    ? chain.finish(footer, statement)
    : 'its checkpoint is not signed by a key that you trust';
  const { group, version } = header!;
  return {
    problem,
    kid,
    words: `event ${version} of group "${group}" (${what}) is in the log of ${statement.at} (${statement.events} events, root ${statement.root.slice(0, 16)}…), signed by key ${kid}`,
  };
}
