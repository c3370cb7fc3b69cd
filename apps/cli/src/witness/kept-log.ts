import { Sha256 } from '@conclave/contract';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { CheckpointStatement, PublicKey, rootOfMarks, type GroupMark, type Witnessed } from '@conclave/audit';
import { Seal } from '@conclave/event-store';

// What a witness keeps of a log, as text: a line about it, one for each group, a footer with their digest.

const Revocation = z.strictObject({
  at: z.string(),
  since: z.string().nullable(),
  actor: z.string(),
  reason: z.string().nullable(),
});
const Keys = z.strictObject({
  keys: z.array(z.strictObject({ key: PublicKey, at: z.string(), revoked: Revocation.nullable() })),
  version: z.int().min(1),
  hash: Sha256,
});
const Head = z.strictObject({
  witness: z.literal(1),
  log: Sha256,
  since: z.string(),
  at: z.string(),
  checkpoint: z.string(),
  cosignature: z.string(),
  keys: Keys,
});
const Mark = z.strictObject({ group: z.string(), version: z.int().min(1), head: Sha256 });
const Footer = z.strictObject({ footer: z.literal(true), sha256: Sha256 });

export function textOf({ statement: _, marks, ...about }: Witnessed): string {
  const seal = new Seal();
  const lines = [seal.line({ witness: 1, ...about })];
  for (const mark of marks.values()) lines.push(seal.line(mark));
  return `${lines.join('')}${JSON.stringify({ footer: true, sha256: seal.sha256 })}\n`;
}

/** Throws an error that says what is wrong with it. */
export function witnessedIn(text: string): Witnessed {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length < 2) throw new Error('it is cut off');
  const footer = Footer.safeParse(valueOf(lines.pop()!));
  if (!footer.success) throw new Error('it is cut off');
  const seal = new Seal();
  for (const line of lines) seal.add(line);
  if (seal.sha256 !== footer.data.sha256) throw new Error('it was changed, or written in part');
  const { witness: _, ...about } = Head.parse(valueOf(lines[0]!));
  const marks = new Map<string, GroupMark>();
  for (const line of lines.slice(1)) {
    const mark = Mark.parse(valueOf(line));
    marks.set(mark.group, mark);
  }
  const statement = CheckpointStatement.parse(decodeJwt(about.checkpoint));
  if (rootOfMarks(marks.values()) !== statement.root)
    throw new Error('its groups are not those that were signed');
  return { ...about, statement, marks };
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new Error('a line is not JSON');
  }
}
