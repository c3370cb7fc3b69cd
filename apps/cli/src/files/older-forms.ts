import {
  CHECKPOINTS_STREAM,
  KeyLog,
  KEYS_STREAM,
  OLDER_FORMS,
  Upcast,
  type PublicKey,
} from '@conclave/audit';
import { groupOf } from '@conclave/election';
import {
  chainHash,
  GENESIS_HASH,
  saltsOf,
  type EventStore,
  type Salts,
  type StoredEvent,
} from '@conclave/event-store';
import { isoOf, randomSalt } from '@conclave/kernel';

const formOf = ({ meta }: StoredEvent): unknown => (meta as { v?: unknown }).v;

/**
 * Histories of older forms are brought to that of today, append by append. Salts are random, and the same whenever it is
 * repeated: those that stand in the target already are taken from there.
 */
export class OlderForms {
  private readonly salts = new Map<string, Map<string, string>>();

  constructor(private readonly target: Pick<EventStore, 'read'>) {}

  async *brought(events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredEvent> {
    const older = new Map<string, Upcast<StoredEvent>>();
    const keys = new OlderKeys();
    for await (const event of events) {
      const { stream } = event;
      const isOlder = OLDER_FORMS.has(formOf(event));
      const group = groupOf(stream);
      // a server of today may have written behind them, which knew nothing of what they say
      const isBehind = isOlder || keys.hasBegun;
      if (isOlder && (group !== null || stream === KEYS_STREAM)) await this.meet(stream);
      if (isOlder && group !== null && !older.has(stream))
        older.set(stream, upcastOf(group, event, this.saltOf(stream)));
      const upcast = older.get(stream);
      if (upcast) yield* upcast.take(event);
      else if (isBehind && stream === KEYS_STREAM) yield* keys.chained(event, this.saltOf(stream));
      // what was signed is what the log was: hashes are others now
      else if (!isBehind || stream !== CHECKPOINTS_STREAM) yield event;
    }
    for (const [stream, { isAmidst }] of older)
      if (isAmidst) throw new Error(`the last append of stream "${stream}" is not whole.`);
  }

  private async meet(stream: string): Promise<void> {
    if (this.salts.has(stream)) return;
    const salts = new Map<string, string>();
    for await (const event of this.target.read(stream))
      for (const [person, salt] of Object.entries(saltsOf(event))) salts.set(person, salt);
    this.salts.set(stream, salts);
  }

  private saltOf(stream: string): (person: string) => string {
    const salts = this.salts.get(stream)!;
    return (person) => {
      const salt = salts.get(person) ?? randomSalt();
      salts.set(person, salt);
      return salt;
    };
  }
}

function upcastOf(
  group: string,
  { version }: StoredEvent,
  saltOf: (person: string) => string,
): Upcast<StoredEvent> {
  if (version > 1)
    throw new Error(
      `the beginning of group "${group}" is sealed in an archive of an older form, which this Conclave cannot read: it cannot be migrated.`,
    );
  return new Upcast<StoredEvent>(group, saltOf);
}

/** The record of signing keys. In form 1 they were not chained, and nobody wrote down when they were published. */
class OlderKeys {
  private readonly log = new KeyLog();
  private hash = GENESIS_HASH;

  get hasBegun(): boolean {
    return this.log.version > 0;
  }

  *chained(event: StoredEvent, saltOf: (person: string) => string): Generator<StoredEvent> {
    const { id, type, data, ...rest } = event;
    const form = formOf(event);
    const { occasion, salt } = form === 1 ? UNKNOWN : this.occasionOf(event, saltOf);
    const key = (data as { key?: PublicKey }).key;
    if (!OLDER_FORMS.has(form) && key && this.log.keys.has(key.kid)) return; // it could not read that it stands there
    const published = { type: 'SigningKeyPublished', data: { key: key!, replaces: null } } as const;
    const told = form === 1 ? published : ({ type, data } as typeof published);
    const version = this.log.version + 1;
    const line: StoredEvent = { ...rest, version, ...this.log.next(id, told, occasion, salt) };
    const problem = this.log.take(line);
    if (problem !== null)
      throw new Error(`event ${event.version} of stream "keys" cannot be migrated: ${problem}`);
    yield line;
  }

  private occasionOf(event: StoredEvent, saltOf: (person: string) => string) {
    const { version, type, data, meta } = event;
    const { hash, salts, ...said } = meta as { hash: string; v: number; salts?: Salts } & Occasion;
    const { v: _, ...occasion } = said;
    if (!OLDER_FORMS.has(formOf(event))) return { occasion, salt: salts?.[occasion.actor] ?? '' };
    if (hash !== chainHash(this.hash, { group: KEYS_STREAM, version, type, data, meta: said }))
      throw new Error(`event ${version} of stream "keys" cannot be migrated: its hash does not fit`);
    this.hash = hash;
    return { occasion, salt: saltOf(occasion.actor) };
  }
}

interface Occasion {
  at: string;
  actor: string;
  reason: string | null;
}
const UNKNOWN = { occasion: { at: isoOf(0), actor: 'system:server', reason: null }, salt: '' };
