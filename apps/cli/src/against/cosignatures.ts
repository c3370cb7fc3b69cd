import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { COSIGNATURE_TYPE, CosignatureStatement, lineDigest, type Cosigned } from '@conclave/audit';

/** Who of the witnesses that a reader trusts has co-signed. */
export interface Cosigning {
  ok: boolean;
  words: string;
}

/**
 * Whether a checkpoint's line is co-signed by at least one witness of a JWK set. `log`: identity of the log that
 * it is held against. A co-signature of a trusted witness that is of something else is never right.
 */
export async function cosigningOf(
  line: string,
  log: string | null,
  cosigned: readonly Cosigned[],
  trusted: JSONWebKeySet,
): Promise<Cosigning> {
  const kids = new Set(trusted.keys.map(({ kid }) => kid));
  const by = new Map<string, CosignatureStatement>();
  for (const { kid, cosignature } of cosigned.filter((one) => kids.has(one.kid))) {
    const said = await saidIn(cosignature, trusted);
    if (said === null) return { ok: false, words: `the signature of witness ${kid} under it does not fit` };
    if (said.checkpoint !== lineDigest(line) || said.log !== log)
      return { ok: false, words: `what witness ${kid} has signed is of another checkpoint, or another log` };
    by.set(kid, said);
  }
  if (by.size === 0)
    return { ok: false, words: `none of your ${kids.size} witnesses has co-signed it, as far as is kept` };
  const names = [...by].map(([kid, { at, since }]) => `${kid} at ${at}, who has watched since ${since}`);
  return { ok: true, words: `co-signed by ${names.join('; by ')}` };
}

async function saidIn(cosignature: string, trusted: JSONWebKeySet): Promise<CosignatureStatement | null> {
  try {
    const { payload, protectedHeader } = await compactVerify(cosignature, createLocalJWKSet(trusted));
    if (protectedHeader.typ !== COSIGNATURE_TYPE) return null;
    return CosignatureStatement.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return null;
  }
}
