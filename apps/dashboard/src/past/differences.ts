import type { AsOfReply } from '@conclave/contract';
import { commandInWords } from '../words/command.js';
import { personInWords, stateInWords } from '../words/state.js';

type Then = Pick<AsOfReply, 'group' | 'runners'>;

/** What is otherwise at one of two instants, in words: before → after. */
export function differencesOf(before: Then, after: Then): string[] {
  const changes: string[] = [];
  const compare = (what: string, a: string, b: string): void => {
    if (a !== b) changes.push(`${what}: ${a} → ${b}`);
  };
  compare('lead', stateInWords(before.group), stateInWords(after.group));
  compare('term', String(before.group.term), String(after.group.term));
  compare('pause', ordered(before.group.pause), ordered(after.group.pause));
  compare('pin', pinned(before), pinned(after));
  compare('waiting for a second person', proposed(before), proposed(after));
  const settings = [before.group.settings, after.group.settings] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  for (const name of new Set(settings.flatMap(Object.keys)))
    compare(name, said(settings[0][name]), said(settings[1][name]));
  const [were, are] = [before, after].map(({ runners }) => new Map(runners.map((one) => [one.runner, one])));
  for (const name of new Set([...were!.keys(), ...are!.keys()])) {
    const [was, is] = [were!.get(name), are!.get(name)];
    if (!was || !is) changes.push(is ? `runner ${name} came` : `runner ${name} left`);
    else {
      compare(`runner ${name}`, was.status, is.status);
      if (was.incarnation !== is.incarnation) changes.push(`runner ${name}: a new process`);
      compare(`taints of ${name}`, tainted(was), tainted(is));
      for (const face of ['seniority', 'priority', 'platform', 'labels'] as const)
        compare(`${face} of ${name}`, said(was[face]), said(is[face]));
    }
  }
  return changes;
}

const said = (value: unknown): string => (value === undefined ? 'off' : JSON.stringify(value));
type Order = { actor: string; reason: string | null; expiresAt?: string | null; until?: Until | null };
type Until = NonNullable<NonNullable<Then['group']['pin']>['until']>;

/** Whose it is, why, and how long it lasts: what somebody asks who looks at night. */
function byWhom({ actor, reason, expiresAt, until }: Order): string {
  const gone = until?.runnerGone && `until ${until.runnerGone} is gone`;
  return [
    ` by ${personInWords(actor)}`,
    reason && `: ${reason}`,
    expiresAt && `, until ${expiresAt}`,
    gone && `, ${gone}${until.silentMs === undefined ? '' : ` for ${until.silentMs} ms`}`,
  ]
    .filter(Boolean)
    .join('');
}
const ordered = (order: Order | null): string => (order ? `paused${byWhom(order)}` : 'none');
const pinned = ({ group: { pin } }: Then): string =>
  pin ? `${pin.runner} (${pin.mode})${byWhom(pin)}` : 'none';
const proposed = ({ group: { proposals = [] } }: Then): string =>
  proposals.map(({ command, ...order }) => commandInWords(command) + byWhom(order)).join('; ') || 'none';
const tainted = ({ taints }: Then['runners'][number]): string =>
  taints.map(({ key, effect, ...order }) => `${key} (${effect})${byWhom(order)}`).join('; ') || 'none';
