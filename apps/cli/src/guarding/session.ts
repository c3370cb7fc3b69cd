import { readdirSync, readFileSync } from 'node:fs';

// All that a program starts stays in its session, unless it makes one of its own (`setsid`): also what `timeout`, or a shell
// with job control, puts into another process group.

interface Member {
  pid: number;
  group: number;
}

/** Who works in a session. In a container nobody may reap what its parent left: such a zombie does nothing any more. */
function membersOf(session: number): Member[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    const found = /^\d+$/.test(name) ? placeOf(name) : null;
    return found?.session === session ? [{ pid: Number(name), group: found.group }] : [];
  });
}

function placeOf(pid: string): { group: number; session: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : { group: Number(group), session: Number(session) };
  } catch {
    return null; // it ended meanwhile
  }
}

/** To all of it, each of them once. */
export function signalSession(session: number, signal: NodeJS.Signals): void {
  send(-session, signal);
  for (const { pid, group } of membersOf(session)) if (group !== session) send(pid, signal);
}

/** By their ids; 0 where it cannot be said which. */
export function aliveIn(session: number): number[] {
  if (process.platform === 'linux') return membersOf(session).map(({ pid }) => pid);
  return send(-session, 0) ? [0] : [];
}

/** False when there is nobody. */
function send(to: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(to, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The same for a shell: `$1` is the session. Some may fork meanwhile. */
export const END_SESSION =
  'for again in 1 2 3; do kill -s KILL -- "-$1"; for stat in /proc/[0-9]*/stat; do read -r line < "$stat" || continue; ' +
  'set -- "$1" ${line##*) }; [ "$5" = "$1" ] || continue; pid=${stat#/proc/}; kill -s KILL "${pid%/stat}"; done; done';
