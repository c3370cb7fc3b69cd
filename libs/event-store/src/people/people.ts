import { hash } from 'node:crypto';

// Names of people, and the reasons that they gave, are not hashed themselves: what is hashed are commitments to them. So they
// can be taken out of a history one day, and its hashes still fit (docs/formats.md).

/** Random texts, by whom they stand for (`operator:<name>`, `claimed:<name>`). Without its salt nobody can tell whom a commitment means. */
export type Salts = Readonly<Record<string, string>>;

const KIND = /^(operator|claimed):/;
const FORGOTTEN = /^(operator|claimed):#[0-9a-f]{64}$/;
const COMMITMENT = /^#[0-9a-f]{64}$/;

/** An actor who is a person. */
export const isPerson = (actor: unknown): actor is string => typeof actor === 'string' && KIND.test(actor);

/** Whether somebody is called so, proved or claimed. */
export const isCalled =
  (name: string | undefined) =>
  (actor: string): boolean =>
    isPerson(actor) && actor.replace(KIND, '') === name;

/** Of whom nothing is left but the commitment. */
const isForgotten = (actor: string): boolean => FORGOTTEN.test(actor);

const commitment = (salt: string, text: string): string => `#${hash('sha256', salt + text)}`;
const committedPerson = (salt: string, person: string): string =>
  person.replace(/:.*/s, (name) => `:${commitment(salt, name.slice(1))}`);
/** The line feed keeps it apart from a name. */
const committedReason = (salt: string, reason: string): string =>
  COMMITMENT.test(reason) ? reason : commitment(salt, `\n${reason}`);

/** Where a person stands in an object, and where what that person gave as a reason. */
const PLACES = [
  ['actor', 'reason'],
  ['orderedBy', 'orderReason'],
  ['endOrderedBy', 'endOrderReason'],
] as const;
/** What processes and callers say of themselves: no place for people. */
const CLOSED: ReadonlySet<string> = new Set(['labels', 'command', 'salts']);

type Fields = Record<string, unknown>;

/** The same value with a commitment in place of each of these people, and of each reason that one of them gave. */
export function withCommitments<T>(value: T, salts: Salts): T {
  if (Array.isArray(value)) return value.map((item: unknown) => withCommitments(item, salts)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const fields: Fields = {};
  for (const [name, inner] of Object.entries(value))
    fields[name] = CLOSED.has(name) ? inner : withCommitments(inner, salts);
  for (const [who, why] of PLACES) {
    const person = personAt(value as Fields, who);
    if (person === null || !Object.hasOwn(salts, person)) continue;
    const salt = salts[person]!;
    if (fields[who] !== undefined) fields[who] = committedPerson(salt, person);
    if (typeof fields[why] === 'string') fields[why] = committedReason(salt, fields[why]);
    if (who === 'actor' && isProof(fields.auth))
      fields.auth = { ...fields.auth, subject: committedReason(salt, fields.auth.subject) };
  }
  return fields as T;
}

/** How it was proved who somebody is names that person, too. */
const isProof = (auth: unknown): auth is { subject: string } =>
  typeof (auth as { subject?: unknown } | undefined)?.subject === 'string';

/** A handover and a transfer name nobody themselves: their reason is of whoever gave the order. */
function personAt(fields: Fields, who: (typeof PLACES)[number][0]): string | null {
  const named = fields[who] ?? (who === 'actor' ? (fields.order as Fields | null | undefined)?.actor : null);
  return isPerson(named) ? named : null;
}

/** People who are named in a value. */
function peopleIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, inner] of Object.entries(value)) if (!CLOSED.has(name)) peopleIn(inner, found);
  for (const [who] of PLACES) {
    const named = (value as Fields)[who];
    if (isPerson(named) && !isForgotten(named)) found.add(named);
  }
  return found;
}

interface Event {
  type: string;
  data: object;
  meta: object;
}

/** Only what is said of a sealed past names people in its data. */
const dataWithPeople = ({ type, data }: Event): object | null => (type === 'HistorySealed' ? data : null);

export const saltsOf = ({ meta }: { meta: object }): Salts => (meta as { salts?: Salts }).salts ?? NONE;
const NONE: Salts = {};

/** An event as it is hashed: commitments in place of people, and no salts. */
export function linked<T extends Event>(event: T): T {
  if (!('salts' in event.meta)) return event;
  const { salts: _, ...meta } = event.meta as { salts: Salts };
  const salts = saltsOf(event);
  const data = dataWithPeople(event);
  return {
    ...event,
    meta: withCommitments(meta, salts),
    ...(data && { data: withCommitments(data, salts) }),
  };
}

/** What of an event is left when these people are forgotten: it is hashed as before. */
export function forgetting<T extends Event>(event: T, isToGo: (person: string) => boolean): T {
  const salts = Object.entries(saltsOf(event));
  const gone = Object.fromEntries(salts.filter(([person]) => isToGo(person)));
  if (Object.keys(gone).length === 0) return event;
  const { salts: _, ...meta } = withCommitments(event.meta, gone) as { salts: Salts };
  const rest = Object.fromEntries(salts.filter(([person]) => !isToGo(person)));
  const kept = Object.keys(rest).length > 0 ? { ...meta, salts: rest } : meta;
  const data = dataWithPeople(event);
  return { ...event, meta: kept, ...(data && { data: withCommitments(data, gone) }) };
}

/** The salts that an event must carry; `saltOf`: of each person whom it names. */
export function saltsFor(event: Event, saltOf: (person: string) => string): { salts?: Salts } {
  const people = [...peopleIn(dataWithPeople(event), peopleIn(event.meta))];
  return people.length > 0 ? { salts: Object.fromEntries(people.map((one) => [one, saltOf(one)])) } : {};
}

/** What is wrong with who is named in an event; null if it can be forgotten and nothing else stands there. */
export function peopleProblem(event: Event): string | null {
  const salts = saltsOf(event);
  const people = peopleIn(dataWithPeople(event), peopleIn(event.meta));
  const bare = [...people].find((one) => !Object.hasOwn(salts, one));
  if (bare !== undefined) return `${bare} stands there without a salt`;
  const idle = Object.keys(salts).find((one) => !people.has(one));
  if (idle !== undefined) return `a salt of ${idle} stands there, who is not named`;
  return 'salts' in event.meta && people.size === 0 ? 'salts of nobody stand there' : null;
}
