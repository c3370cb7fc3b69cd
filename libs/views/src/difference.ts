import type { AsOfReply, RunnerReply } from '@conclave/contract';
import { actorInWords, endInWords, reasonInWords, wishInWords } from '@conclave/election';

/** One thing that is otherwise: what, before, after; null: there was or is none. */
export interface Difference {
  what: string;
  before: string | null;
  after: string | null;
}

const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

/** What of a group is otherwise at a later moment. Pure. */
export function differencesOf(before: AsOfReply, after: AsOfReply): Difference[] {
  const found: Difference[] = [];
  const compare = (what: string, a: unknown, b: unknown): void => {
    const [old, now] = [text(a), text(b)];
    if (old !== now) found.push({ what, before: old, after: now });
  };
  const leaderOf = ({ group: { state, leader, term } }: AsOfReply): string =>
    leader
      ? `${leader.runner}, term ${term}${state === 'handover' ? ', in handover' : ''}`
      : `nobody (${state})`;
  compare('leader', leaderOf(before), leaderOf(after));
  compareFields('', before.group.settings, after.group.settings, compare);
  compare('pause', pauseOf(before.group.pause), pauseOf(after.group.pause));
  compare('pin', pinOf(before), pinOf(after));
  compare('waiting for a second person', proposalsOf(before), proposalsOf(after));
  const [old, now] = [before, after].map(({ runners }) => new Map(runners.map((r) => [r.runner, r])));
  for (const id of new Set([...old!.keys(), ...now!.keys()])) {
    const [a, b] = [old!.get(id), now!.get(id)];
    if (a && b) compareFields(`runner ${id}: `, facesOf(a), facesOf(b), compare);
    else compare(`runner ${id}`, a && 'a member', b && `a member, ${b.status}`);
  }
  return found;
}

function compareFields(
  prefix: string,
  a: object,
  b: object,
  compare: (what: string, a: unknown, b: unknown) => void,
): void {
  const [old, now] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)]))
    compare(prefix + name, old[name], now[name]);
}

const by = (actor: string, reason: string | null): string =>
  ` by ${actorInWords(actor)}${reason ? `: ${reasonInWords(reason)}` : ''}`;
const pauseOf = (pause: AsOfReply['group']['pause']): string | null =>
  pause && `paused${by(pause.actor, pause.reason)}${endInWords(pause)}`;
const pinOf = ({ group: { pin } }: AsOfReply): string | null =>
  pin && `${pin.runner} (${pin.mode})${by(pin.actor, pin.reason)}${endInWords(pin)}`;

const proposalsOf = ({ group: { proposals = [] } }: AsOfReply): string | null =>
  proposals.map(({ command, actor, reason }) => wishInWords(command) + by(actor, reason)).join('; ') || null;

/** What people see of a runner; seniority is another one after it was removed and came back. */
function facesOf({
  incarnation,
  status,
  seniority,
  priority,
  platform,
  labels,
  taints,
}: RunnerReply): Record<string, unknown> {
  const tainted = taints.map(
    (t) => [`taint ${t.key}`, `${t.effect}${by(t.actor, t.reason)}${endInWords(t)}`] as const,
  );
  return {
    process: incarnation,
    status,
    seniority,
    priority,
    platform,
    labels,
    ...Object.fromEntries(tainted),
  };
}
