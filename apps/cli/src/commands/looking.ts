import { type Command, Option } from 'commander';
import type { GroupReply, GroupsAtPage, GroupsPage, LeaderReply, RunnerReply } from '@conclave/contract';
import { actorInWords, endInWords, reasonInWords } from '@conclave/election';
import { CliError } from '../remote/cli-error.js';
import { request, type Reach } from '../remote/client.js';
import { runnersOf } from '../remote/runners.js';
import { follow } from '../following/watch.js';
import { say, unusable, warnOnce } from '../remote/telling.js';
import { groupPath, guard, instant, reachable, wholeNumber, withExamples } from '../terminal/options.js';
import { SETTINGS, shortName, valueIn } from '../terminal/setting.js';
import { LEADER_HEAD, leaderRow, lineOf, nameColumns, show, proposalInWords } from '../terminal/output.js';

const path = (group: string, rest = ''): string => groupPath(group) + rest;
const look = (name: string, description: string, ...examples: string[]): Command =>
  withExamples(reachable(name, description), ...examples);

interface Wanted {
  at?: string;
  state?: string;
  find?: string;
  limit?: number;
}

/** Now, or as they were at an instant; of which nothing can be said, that is said. */
async function every(
  reach: Reach,
  { at: time, state, find, limit = Infinity }: Wanted,
): Promise<LeaderReply[]> {
  if (time !== undefined && (state !== undefined || find !== undefined))
    throw new CliError(2, '--at shows all groups as they were then; --state and --find are of now.');
  const groups: LeaderReply[] = [];
  const filter = new URLSearchParams({ ...(state && { state }), ...(find && { find }) }).toString();
  const path = time === undefined ? `/v1/groups?${filter && `${filter}&`}` : `/v1/at?time=${time}&`;
  for (let next: string | null = ''; next !== null && groups.length < limit;) {
    const page: Pick<GroupsPage, 'groups' | 'next'> & Partial<GroupsPage & GroupsAtPage> = await request(
      reach,
      'GET',
      `${path}limit=1000${next && `&after=${next}`}`,
    );
    groups.push(...page.groups);
    for (const one of page.unreadable ?? []) warnOnce(unusable(one));
    for (const group of page.sealed ?? [])
      warnOnce(
        `what "${group}" was like then, if there was one, is sealed, and in its archive (conclave at ${group} --archive)`,
      );
    next = page.next ?? null; // of what is no Conclave
  }
  return groups.slice(0, limit);
}

async function showGroup(g: string, reach: Reach): Promise<void> {
  const group = await request<GroupReply>(reach, 'GET', path(g));
  const runners = await runnersOf(reach, g);
  if (reach.json) return show(reach, { ...group, runnerList: runners }, [], []);
  show(reach, group, LEADER_HEAD, [leaderRow(group)]);
  const verdicts = new Map(group.verdicts.map((v) => [v.runner, v]));
  const taints = (r: RunnerReply) =>
    r.taints
      .map(
        (t) =>
          `${t.key} (${t.effect} by ${actorInWords(t.actor)}${t.reason ? `: ${reasonInWords(t.reason)}` : ''}${endInWords(t)})`,
      )
      .join(', ');
  show(
    reach,
    runners,
    ['runner', 'status', 'role', 'last seen', 'taints', 'in an election now'],
    runners.map((r) => [
      r.runner,
      r.status,
      r.role,
      r.lastSeenAt ?? '-',
      taints(r),
      verdicts.get(r.runner)?.why ?? '',
    ]),
  );
  showLease(reach, runners);
  const settings = SETTINGS.map((one) => [shortName(one), valueIn(group.settings, one)] as const);
  const set = settings.filter(([, value]) => value !== '').map(([name, value]) => `${name} ${value}`);
  console.log(`settings: ${set.join(', ')}`);
  for (const one of group.proposals ?? [])
    console.log(
      `waits for a second person (conclave approve ${group.group} ${one.id}): ${proposalInWords(one)}`,
    );
  for (const [what, word] of [
    ['pinned to', group.pin],
    ['paused', group.pause],
  ] as const) {
    if (word)
      console.log(
        `${what}${'runner' in word ? ` "${word.runner}" (${word.mode})` : ''} by ${actorInWords(word.actor)}${word.reason ? `: ${reasonInWords(word.reason)}` : ''}${endInWords(word)}`,
      );
  }
}

/** How long somebody else has to wait, whatever becomes of the leader's process. */
function showLease(reach: Reach, runners: RunnerReply[]): void {
  const rows = runners.flatMap(({ runner, lease }) =>
    lease ? [[runner, lease.overAt ?? 'not known: this server hears nothing', lease.overBy ?? '-']] : [],
  );
  if (rows.length > 0) show(reach, runners, ['lease of', 'over if not heard again', 'at the latest'], rows);
}

async function tellChanges(reach: Reach, from: string): Promise<void> {
  let isNamed = false;
  for await (const { event, data } of follow(reach, from)) {
    if (event === 'unreadable') say(unusable(data));
    if (event !== 'leader') continue;
    if (!isNamed) nameColumns(reach, LEADER_HEAD);
    isNamed = true;
    console.log(reach.json ? JSON.stringify(data) : lineOf(leaderRow(data)).trimEnd());
  }
}

/** Commands that only look. */
export const looking = (): Command[] => [
  look(
    'groups',
    'all groups and who leads them, or led them',
    'groups',
    'groups --state leaderless',
    'groups --find ana --json',
    'groups --at 10m',
  )
    .option('--at <time>', 'as it was then', instant)
    .addOption(
      new Option('--state <state>', 'only those').choices(['led', 'handover', 'leaderless', 'paused']),
    )
    .option('--find <words>', 'only those in which they stand: name, runners, labels, taints, who ordered')
    .option('--limit <n>', 'so many at the most, by id', wholeNumber)
    .action(
      guard(async ({ at, state, find, limit, ...reach }: Reach & Wanted) => {
        const groups = await every(reach, { at, state, find, limit });
        show(reach, groups, LEADER_HEAD, groups.map(leaderRow));
      }),
    ),
  look('group', 'one group with its runners, taints, pin and pause', 'group deploy')
    .argument('<group>')
    .action(guard(showGroup)),
  look('leader', 'who leads a group', 'leader deploy', 'leader deploy --watch')
    .argument('<group>')
    .option('--watch', 'and every change from now on')
    .action(
      guard(async (g: string, reach: Reach & { watch?: boolean }) => {
        if (reach.watch) return tellChanges(reach, path(g, '/watch'));
        const leader = await request<LeaderReply>(reach, 'GET', path(g, '/leader'));
        show(reach, leader, LEADER_HEAD, [leaderRow(leader)]);
      }),
    ),
  look('watch', 'every change of leadership, of one group or of all', 'watch', 'watch deploy --json')
    .argument('[group]')
    .action(
      guard((g: string | undefined, reach: Reach) =>
        tellChanges(reach, g === undefined ? '/v1/watch' : path(g, '/watch')),
      ),
    ),
];
