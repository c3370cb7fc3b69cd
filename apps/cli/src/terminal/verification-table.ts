import type { Verification } from '@conclave/audit';
import type { Reach } from '../remote/client.js';
import { show } from './output.js';

/** What people are told of the signature under evidence. */
interface Signed {
  kid: string;
  isTrusted: boolean | null;
  problem: string | null;
  exportedAt: string;
}

/** In place of a group: what is wrong with none of them, but around them. */
export const LOG = '(log)';

/** `signature`: null if what was verified is no evidence. */
export function verificationTable(
  reach: Reach,
  ok: boolean,
  groups: ({ group: string } & Verification)[],
  signature: Signed | null,
): void {
  const violations = groups.flatMap((r) => r.violations.map((v) => ({ group: r.group, ...v })));
  const events = groups.reduce((n, r) => n + r.events, 0);
  const rows = violations.map((v) => [
    v.group,
    v.version,
    v.rule,
    v.words,
    JSON.stringify(v.recorded),
    JSON.stringify(v.expected),
  ]);
  if (reach.json || rows.length > 0)
    show(
      reach,
      { ok, events, groups, ...(signature && { signature }) },
      ['group', '#', 'rule', 'what', 'recorded', 'expected'],
      rows,
    );
  if (reach.json) return;
  const count = groups.filter(({ group }) => group !== LOG).length;
  console.log(
    `${ok ? 'ok' : 'NOT OK'}: ${events} events of ${count} groups, ${violations.length} violations`,
  );
  if (signature) console.log(signatureInWords(signature));
}

function signatureInWords({ kid, isTrusted, problem, exportedAt }: Signed): string {
  if (problem !== null) return `signature: WRONG, ${problem}`;
  const trust = {
    true: 'one of your keys',
    false: 'NOT one of your keys',
    null: 'of nobody whom you trust: give --keys, or --no-keys if whoever signed it will do',
  }[String(isTrusted)];
  return `signature: of ${exportedAt} by key ${kid} (${trust})`;
}
