import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HEARD_STREAM, LogVerifier, PresenceKept } from '@conclave/audit';
import { isEvent, StoreUnavailable, type StoredEvent } from '@conclave/event-store';
import { until } from '@conclave/processes';
import { World, type Server } from '../../spec/node.fixture.js';

let w: World;
beforeEach(async () => {
  w = await World.open();
});
afterEach(async () => w.close());

async function wholeLog(): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  const stop = new AbortController();
  for await (const item of w.store.subscribe('0', stop.signal)) {
    if (!isEvent(item) && item.type === 'caught-up') break;
    if (isEvent(item)) all.push(item);
  }
  return all;
}
const heardIn = (log: readonly StoredEvent[]) =>
  log.flatMap(({ meta }) => {
    const { command } = meta as {
      command?: { type: string; heard?: { sha256: string; from: number; to: number } };
    };
    return command?.heard ? [{ type: command.type, ...command.heard }] : [];
  });
const keptIn = ({ stream, data }: StoredEvent): PresenceKept =>
  stream === HEARD_STREAM ? PresenceKept.parse(data) : { of: [], records: [] };
const verified = (log: readonly StoredEvent[]) => {
  const verifier = new LogVerifier();
  for (const event of log) verifier.take(event);
  return verifier.finish().log.map(({ rule, recorded }) => `${rule}: ${String(recorded)}`);
};
/** a leads, falls silent, and b follows; b falls silent as a standby of nobody. */
async function failover(s: Server): Promise<void> {
  await w.ledPair(s);
  let sequence = 1;
  await w.pass(4_000, async (atMs) => {
    if (atMs % 400 === 0) await s.alive('b', ++sequence);
  });
  await until('b leads', () => s.leadership?.runner === 'b');
}

describe('what a silence rests on', () => {
  it('stands in the report by its digest, is kept in the log, and is held against the report', async () => {
    const s = await w.server();
    await failover(s);
    await w.pass(4_000);
    const log = await wholeLog();
    const [heard] = heardIn(log);
    expect(heard).toMatchObject({ type: 'ReportLeaseExpired' });
    const kept = log.filter(({ stream }) => stream === HEARD_STREAM);
    const { of, records } = kept[0]!.data as unknown as PresenceKept;
    expect(of).toContain(heard!.sha256);
    expect(records[0]!.version).toBeLessThanOrEqual(heard!.from);
    expect(records.at(-1)).toMatchObject({ type: 'LeaseExpired', version: heard!.to });
    expect(verified(log)).toEqual([]);

    const forged = structuredClone(kept[0]!.data) as unknown as PresenceKept;
    forged.records.at(-2)!.data = { ...forged.records.at(-2)!.data, h: 0 };
    const changed = log.map((event) => (event === kept[0] ? { ...event, data: forged } : event));
    expect(verified(changed)).toEqual([expect.stringMatching(/^heard: group "g": records .* are not those/)]);
  });

  it('is kept by another server if the one that decided is gone, and after a restart from a snapshot', async () => {
    const own = w.otherStore();
    const publish = own.publish.bind(own);
    own.publish = async (stream, event) => {
      if (stream === HEARD_STREAM) throw new StoreUnavailable('full');
      await publish(stream, event);
    };
    const s = await w.server('s1', own);
    await failover(s);
    const saved = structuredClone(s.node.records.kept.saved());
    expect(saved.wanted).toHaveLength(1);
    await s.stop();
    const { sha256 } = saved.wanted[0]!;
    const other = await w.server('s2');
    const named = async () => (await wholeLog()).flatMap((event) => keptIn(event).of);
    await w.pass(58_000);
    expect(await named()).not.toContain(sha256); // whoever decided it may come back
    await w.pass(5_000);
    expect(await named()).toContain(sha256);
    await until('it is known to be kept', () => other.node.records.kept.saved().wanted.length === 0);
    expect(verified(await wholeLog())).toEqual([]);
  });

  it('a store that is slow to read keeps nobody: after a restart the report goes without it', async () => {
    const s = await w.server();
    await w.ledPair(s);
    await s.stop();
    const own = w.otherStore();
    const read = own.read.bind(own);
    own.read = async function* (stream: string, from?: number) {
      if (stream === 'presence') await new Promise(() => undefined);
      yield* read(stream, from);
    } as typeof own.read;
    const next = await w.server('s2', own); // it has not read what was before: not while it replays
    let sequence = 1;
    await w.pass(6_000, async (atMs) => {
      if (atMs % 400 === 0) await next.alive('b', ++sequence);
    });
    await until('b leads', () => next.leadership?.runner === 'b');
    expect(heardIn(await wholeLog())).toEqual([]);
  });
});
