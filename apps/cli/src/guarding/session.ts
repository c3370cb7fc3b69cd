import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

// All that a program starts stays in its session, unless it makes one of its own (`setsid`): also what `timeout`, or a shell
// with job control, puts into another process group.

interface Member {
  pid: number;
  group: number;
}

/** What /proc says of this process: nothing where there is none (a chroot), another number where it is of another PID namespace. */
function listed(): 'all' | 'own' | 'none' {
  try {
    if (process.platform !== 'linux' || readlinkSync('/proc/self') !== String(process.pid)) return 'none';
  } catch {
    return 'none';
  }
  return placeOf('1') === null ? 'own' : 'all'; // `hidepid`: those of other users are not shown
}

/** Who works in a session. In a container nobody may reap what its parent left: such a zombie does nothing any more. */
function membersOf(session: number): Member[] {
  if (LISTED === 'none') return [];
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

const LISTED = listed();

/** Null: all that works in a session is seen here. */
export const UNSEEN =
  LISTED === 'none' && process.platform === 'linux'
    ? 'there is no /proc of its own here: what a program puts into process groups of its own (job control) is neither seen nor ended'
    : null;

/** To all of it, each of them once. */
export function signalSession(session: number, signal: NodeJS.Signals): void {
  send(-session, signal);
  for (const { pid, group } of membersOf(session)) if (group !== session) send(pid, signal);
}

/** By their ids; that of the session where it cannot be said which. */
export function aliveIn(session: number): number[] {
  const members = membersOf(session).map(({ pid }) => pid);
  if (members.length > 0 || LISTED === 'all') return members;
  const came = send(-session, 0);
  return came === 'refused' || (came === 'sent' && LISTED === 'none') ? [session] : [];
}

/**
 * For who was killed long ago. Where Linux lists nothing a zombie that nobody reaps looks like who works; only that takes each signal.
 * Elsewhere (macOS) it takes none with its group: who does is at work yet.
 */
export const areZombies = (session: number): boolean => UNSEEN !== null && send(-session, 0) === 'sent';

function send(to: number, signal: NodeJS.Signals | 0): 'sent' | 'refused' | 'nobody' {
  try {
    process.kill(to, signal);
    return 'sent';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'refused' : 'nobody';
  }
}

/** The same for a shell: `$1` is the session. Some may fork meanwhile. */
export const END_SESSION =
  'for again in 1 2 3; do kill -s KILL -- "-$1"; self=; read -r self line < /proc/self/stat; [ "$self" = "$$" ] || continue; for stat in /proc/[0-9]*/stat; do read -r line < "$stat" || continue; ' +
  'set -- "$1" ${line##*) }; [ "$5" = "$1" ] || continue; pid=${stat#/proc/}; kill -s KILL "${pid%/stat}"; done; done';
