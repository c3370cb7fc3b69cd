import type {
  AllTenuresReply,
  AsOfReply,
  ElectionReply,
  ExplanationReply,
  RunnerReply,
  TenuresPage,
  WhatIfReply,
} from '@conclave/contract';
import { percentOf } from '@conclave/audit';
import { actorInWords } from '@conclave/election';
import { printable } from '@conclave/kernel';
import type { Reach } from '../remote/client.js';
import { unusable, warnOnce } from '../remote/telling.js';
import { LEADER_HEAD, leaderRow, sealedInWords, show } from './output.js';

const STANDING_HEAD = ['rank', 'runner', 'verdict', 'in words'];
const standingRow = (s: ExplanationReply['standings'][number]): (string | number)[] => [
  s.verdict.rank ?? '-',
  s.runner,
  s.verdict.why,
  wrapped(s.words),
];
const wrapped = (text: string): string => text.replaceAll('; ', ';\n');
const seconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1_000).toFixed(1)} s`);

export function atRows(reach: Reach, body: AsOfReply): void {
  show(reach, body, LEADER_HEAD, [leaderRow(body.group)]);
  if (reach.json) return;
  const taints = (r: RunnerReply): string =>
    r.taints.map((t) => `${t.key} (${t.effect} by ${actorInWords(t.actor)})`).join(', ');
  const verdicts = new Map(body.group.verdicts.map((v) => [v.runner, v]));
  const rows = body.runners.map((r) => [
    r.runner,
    r.status,
    r.role,
    taints(r),
    verdicts.get(r.runner)?.why ?? '',
  ]);
  show(reach, body, ['runner', 'status', 'role', 'taints', 'in an election then'], rows);
  const { decidedBy } = body;
  console.log(
    `as of ${body.at}, version ${body.version}${decidedBy ? `; decided by event ${decidedBy.version}, ${decidedBy.type}, at ${decidedBy.meta.at}` : ''}`,
  );
}

export function electionTables(reach: Reach, election: ElectionReply): void {
  if (!reach.json) console.log(`${election.at} ${wrapped(election.words)}`);
  show(reach, election, STANDING_HEAD, election.standings.map(standingRow));
  if (reach.json) return;
  const { strategy, failback, failover, leaseMs } = election.settings;
  console.log(
    `policy then: strategy ${strategy}, failback ${failback}, failover ${failover}, leaseMs ${leaseMs}`,
  );
  console.log(
    election.endedAt ? `the term ended at ${election.endedAt}: ${election.endCause}` : 'the term runs',
  );
}

export function explanationTables(reach: Reach, explanation: ExplanationReply): void {
  if (!reach.json) console.log(wrapped(explanation.words));
  show(reach, explanation, STANDING_HEAD, explanation.standings.map(standingRow));
}

export function whatIfTables(reach: Reach, answer: WhatIfReply): void {
  const { recorded, other, timeline, limits, identical } = answer;
  const row = (
    what: string,
    of: (outcome: WhatIfReply['recorded']) => string | number,
  ): (string | number)[] => [what, of(recorded), of(other)];
  show(
    reach,
    answer,
    ['', 'recorded', 'what if'],
    [
      row('changes of leader', (o) => o.changes),
      row('flaps', (o) => o.flaps),
      row('leaderless', (o) => seconds(o.leaderlessMs)),
      row('terms', (o) => o.tenures.length),
    ],
  );
  if (reach.json) return;
  if (identical) console.log('nothing would have been different');
  else
    show(
      reach,
      answer,
      ['from', 'recorded leader', 'leader what if'],
      timeline.map((t) => [t.at, t.recorded ?? '-', t.other ?? '-']),
    );
  for (const limit of limits) console.log(`not known: ${limit}`);
}

export async function tenureTables(
  reach: Reach,
  group: string,
  answer: Omit<TenuresPage, 'next'>,
  csv: boolean,
): Promise<void> {
  const { tenures, availability: a } = answer;
  if (csv) {
    const { stringify } = await import('csv-stringify/sync');
    const { TENURES_AS_CSV } = await import('@conclave/views');
    const rows = stringify(
      tenures.map((t) => ({ group, ...t })),
      TENURES_AS_CSV,
    );
    process.stdout.write(process.stdout.isTTY ? printable(rows) : rows); // a file has what was said, as it was said
    return;
  }
  const rows = tenures.map((t) => [
    t.term,
    t.runner,
    t.from,
    t.to ?? 'now',
    t.endCause ?? '',
    seconds(t.handoverMs),
    seconds(t.leaderlessAfterMs),
  ]);
  show(reach, answer, ['term', 'runner', 'from', 'to', 'ended by', 'handover', 'leaderless after'], rows);
  if (reach.json) return;
  if (answer.sealed) console.log(sealedInWords(answer.sealed));
  const lost = tenures.reduce((sum, t) => sum + t.lostTerms, 0);
  if (lost > 0) console.log(`${lost} terms are not in the log any more: see LogAccepted in the history`);
  const listed = (of: Partial<Record<string, number>> = {}): string =>
    Object.entries(of)
      .map(([name, ms]) => `${name} ${seconds(ms!)}`)
      .join(', ');
  const because = listed(a.leaderlessByWhy); // servers of before 2026-11-26 do not say it
  const why =
    a.leaderlessMs > 0 ? ` (after ${listed(a.leaderlessByCause)}${because && `; because ${because}`})` : '';
  const now = a.openVacancies > 0 ? ', also at its end' : '';
  console.log(
    `${a.from} to ${a.to}: ${shareOf(a)}, in handover ${seconds(a.handoverMs)}, leaderless ${seconds(a.leaderlessMs)}${why}${now}${a.beforeFirstMs > 0 ? `; before the first leader ${seconds(a.beforeFirstMs)}` : ''}`,
  );
  console.log(
    `${a.changes} changes of leader (${a.changesPerDay.toFixed(1)} a day); mean time to recover ${seconds(a.recovery.meanMs)}, mean handover ${seconds(a.handover.meanMs)}`,
  );
}

const shareOf = (a: AllTenuresReply['total']): string =>
  a.ledShare === null ? 'never led' : `led ${ledOf(a)} % of the time`;
const ledOf = ({ ledMs, handoverMs, leaderlessMs }: AllTenuresReply['total']): string =>
  percentOf(ledMs + handoverMs, ledMs + handoverMs + leaderlessMs);

export function availabilityTable(reach: Reach, { total, groups, unreadable }: AllTenuresReply): void {
  for (const one of unreadable ?? []) warnOnce(unusable(one));
  const row = (name: string, a: AllTenuresReply['total']): (string | number)[] => [
    name,
    a.ledShare === null ? '-' : `${ledOf(a)} %`,
    seconds(a.leaderlessMs),
    a.changes,
    seconds(a.recovery.meanMs),
    seconds(a.handover.meanMs),
  ];
  const head = ['group', 'led', 'leaderless', 'changes', 'mean time to recover', 'mean handover'];
  show(reach, { total, groups, unreadable }, head, [
    ...groups.map((g) => row(g.group, g)),
    row('all', total),
  ]);
}
