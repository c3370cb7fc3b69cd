import { processWide } from '../pace/process-wide.js';
import type { Heard } from './answers.js';
import { repliesIn, type JointBeat, type Replies } from './joint-beats.js';

/** What a server gave a process that stands by there: a number that means it, with a key; and what it answered then. */
interface Given {
  place: string;
  key: string;
  number: number;
  reply: { version: number };
}
/** What one process may say in place of its beat. */
export interface Short {
  given: Given | null;
}
export interface Sayable {
  beat: JointBeat;
  short: Short;
}
/** `given`: as it was when that was said; an answer to a beat before, which is late, may change it meanwhile. */
interface InShort {
  one: Sayable;
  given: Given;
}
interface Told {
  key: string | null;
  changed: readonly (readonly [at: number, reply: unknown])[];
  unknown: readonly number[];
}

/** That is shown at a place: one, though several were given while there was none. */
const keys = processWide(() => new Map<string, string>());
/** Where nothing is said short: servers of an older release, which take what they do not know for a mistake; tried again after that time. */
const older = processWide(() => new Map<string, number>());
const TRIED_AGAIN_MS = 600_000;
/**
 * When a place knew none of the numbers that it was shown. Once: a server has started anew. Twice in this time: somebody stands
 * there who asks another server each time, and none of them will ever know the numbers of the others.
 */
const forgetful = processWide(() => new Map<string, number>());
const FORGETS_AGAIN_MS = 60_000;

type Ask = (body: object) => Promise<Heard>;
type Answered = Promise<Replies | null | 'too-large'>;

/** Returns and rejects as {@link repliesIn}. */
export const sayInFull = async (url: string, those: readonly Sayable[], ask: Ask): Answered =>
  repliesIn(url, await ask({ beats: those.map(({ beat }) => beat) }), those.length);

/**
 * Says beats of standbys; those of whom a server knows that nothing is new to them in three numbers. Whoever was not
 * heard by its number is said in full.
 */
export async function sayShort(url: string, place: string, those: readonly Sayable[], ask: Ask): Answered {
  if ((older().get(url) ?? 0) > performance.now()) return sayInFull(url, those, ask);
  const key = keys().get(place) ?? null;
  const [short, full] = [[] as InShort[], [] as Sayable[]];
  for (const one of those) {
    const { given } = one.short;
    if (given && isShort(one, given, place, key)) short.push({ one, given });
    else full.push(one);
  }
  const beats = short.flatMap(({ one, given }) => [given.number, one.beat.sequence, given.reply.version]);
  const heard = await ask({ beats: full.map(({ beat }) => beat), short: { key, beats } });
  if (heard.status === 400) {
    older().set(url, performance.now() + TRIED_AGAIN_MS);
    return sayInFull(url, those, ask);
  }
  const found = repliesIn(url, heard, full.length);
  if (found === null || found === 'too-large') return found;
  const told = toldIn(heard.answer);
  if (short.length > 0 && told?.unknown.length === short.length && forgetsAgain(place))
    older().set(url, performance.now() + TRIED_AGAIN_MS);
  const replies = repliesTo(full, short, found.replies, told, place);
  const unheard = those.filter((one) => !replies.has(one));
  for (const one of unheard) one.short.given = null;
  const more = unheard.length === 0 ? { replies: [] } : await sayShort(url, place, unheard, ask);
  if (more === null || more === 'too-large') return more;
  for (const [at, one] of unheard.entries()) replies.set(one, more.replies[at]);
  return { headers: found.headers, replies: those.map((one) => replies.get(one)) };
}

function forgetsAgain(place: string): boolean {
  const [lastMs, nowMs] = [forgetful().get(place) ?? -Infinity, performance.now()];
  forgetful().set(place, nowMs);
  return nowMs - lastMs < FORGETS_AGAIN_MS;
}

/** To those who were heard. What is different from the last time is remembered; nothing, where that is not told. */
function repliesTo(
  full: readonly Sayable[],
  short: readonly InShort[],
  inFull: readonly unknown[],
  told: Told | null,
  place: string,
): Map<Sayable, unknown> {
  const key = told?.key ?? null;
  if (key !== null) keys().set(place, key);
  const replies = new Map<Sayable, unknown>();
  const take = (one: Sayable | undefined, reply: unknown): void => {
    if (!one) return;
    one.short.given = givenIn(reply, place, key);
    replies.set(one, reply);
  };
  for (const [at, one] of full.entries()) take(one, inFull[at]);
  if (!told) return replies;
  for (const [at, { one, given }] of short.entries())
    if (!told.unknown.includes(at)) replies.set(one, given.reply);
  for (const [at, reply] of told.changed) take(short[at]?.one, reply);
  return replies;
}

const isShort = ({ beat }: Sayable, given: Given, place: string, key: string | null): boolean =>
  given.place === place && given.key === key && beat.acked === beat.sequence - 1;

function toldIn(answer: unknown): Told | null {
  const { key, changed, unknown } = (answer as { short?: Partial<Told> }).short ?? {};
  return key !== undefined && Array.isArray(changed) && Array.isArray(unknown)
    ? { key, changed: changed as Told['changed'], unknown }
    : null;
}

function givenIn(reply: unknown, place: string, key: string | null): Given | null {
  const { number, version, role } = (reply ?? {}) as { number?: unknown; version?: unknown; role?: unknown };
  if (key === null || role !== 'standby' || typeof number !== 'number' || typeof version !== 'number')
    return null;
  return { place, key, number, reply: { ...(reply as object), version } };
}
