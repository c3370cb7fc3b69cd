import { chainHash, GENESIS_HASH } from '@conclave/event-store';
import { rootOfMarks, type CheckpointStatement, type GroupMark } from '../checkpoint/checkpoint.js';
import { KeyLog } from '../keys/key-log.js';
import { Extension, type Witnessed } from './extension.js';
import type { ChainPiece, LinkedEvent } from './wire.js';

const AT = '2026-11-24T12:00:00.000Z';

/** A log that can be written, copied and forged; `told` is what a server would say to whom knows so much. */
export class Log {
  readonly groups = new Map<string, LinkedEvent[]>();
  readonly keys: LinkedEvent[] = [];

  copy(): Log {
    const copy = new Log();
    for (const [group, events] of this.groups) copy.groups.set(group, [...events]);
    copy.keys.push(...this.keys);
    return copy;
  }
  write(group: string, ...texts: string[]): this {
    const events = this.groups.get(group) ?? [];
    for (const text of texts) {
      const linked = { group, version: events.length + 1, type: 'Told', data: { text }, meta: {} };
      const hash = chainHash((events.at(-1)?.meta.hash as string) ?? GENESIS_HASH, linked);
      events.push({ version: linked.version, type: 'Told', data: { text }, meta: { hash } });
    }
    this.groups.set(group, events);
    return this;
  }
  cut(group: string, left: number): this {
    const events = this.groups.get(group)!.slice(0, left);
    if (left === 0) this.groups.delete(group);
    else this.groups.set(group, events);
    return this;
  }
  private record(event: Parameters<KeyLog['next']>[1], actor: string): this {
    const log = new KeyLog();
    for (const known of this.keys) log.take(known);
    const { type, data, meta } = log.next('id', event, { at: AT, actor, reason: null }, 'e'.repeat(32));
    this.keys.push({ version: this.keys.length + 1, type, data, meta } as LinkedEvent);
    return this;
  }
  publish(kid: string, replaces: string | null = null): this {
    const key = { kty: 'OKP', crv: 'Ed25519', x: kid, kid, alg: 'EdDSA', use: 'sig' } as const;
    return this.record({ type: 'SigningKeyPublished', data: { key, replaces } }, 'system:server');
  }
  revoke(kid: string, actor = 'operator:ana'): this {
    return this.record({ type: 'SigningKeyRevoked', data: { kid, since: null } }, actor);
  }

  get id(): string {
    return this.keys[0]!.meta.hash as string;
  }
  get marks(): GroupMark[] {
    return [...this.groups].map(([group, events]) => {
      const { version, meta } = events.at(-1)!;
      return { group, version, head: meta.hash as string };
    });
  }
  get statement(): CheckpointStatement {
    const { marks } = this;
    const events = marks.reduce((n, { version }) => n + version, 0);
    return { checkpoint: 1, at: AT, events, groups: marks.length, root: rootOfMarks(marks), instance: 'i' };
  }
  /** The witness as it is when it has co-signed this. */
  get cosigned(): Witnessed {
    const met = new Extension(this.id, null);
    const why = met.takeKeys(pieceOf(this.keys, 0)) ?? met.takeMarks(this.marks);
    const next = why ?? met.finish(this.statement);
    if (typeof next === 'string') throw new Error(next);
    const { id: log, statement } = this;
    return { log, since: AT, at: AT, checkpoint: 'line', cosignature: 'line', statement, ...next };
  }
}
export function pieceOf(events: readonly LinkedEvent[], known: number): ChainPiece {
  const after = Math.min(known, events.length);
  const before = after === 0 ? GENESIS_HASH : (events[after - 1]!.meta.hash as string);
  return { after, before, events: events.slice(after) };
}

/** What a witness says of a log, told honestly by who keeps it. */
export function judged(base: Witnessed, log: Log): Extension | string {
  const extension = new Extension(base.log, base);
  const why = extension.takeKeys(pieceOf(log.keys, base.keys.version));
  if (why) return why;
  for (const group of new Set([...base.marks.keys(), ...log.groups.keys()])) {
    const piece = pieceOf(log.groups.get(group) ?? [], base.marks.get(group)?.version ?? 0);
    const problem = extension.takeGroup({ group, ...piece });
    if (problem) return problem;
  }
  const next = extension.finish(log.statement);
  return typeof next === 'string' ? next : extension;
}
