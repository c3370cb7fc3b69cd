import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@conclave/processes';
import { to } from '@conclave/testing';
import type { LeaderReply } from '@conclave/contract';
import type { Frame, WatchSink } from '@conclave/views';
import { register, settings, World, type Server } from './node.fixture.js';

let w: World;
let s: Server;
beforeEach(async () => {
  w = await World.open();
  s = await w.server();
  await s.do(settings({ leaseMs: 3_000 }));
});
afterEach(async () => w.close());

class Told implements WatchSink {
  readonly frames: Frame[] = [];
  isOver = false;
  send(frames: readonly Frame[]): Promise<void> | void {
    this.frames.push(...frames);
  }
  overflow(): void {
    this.isOver = true;
  }
  end(): void {
    this.isOver = true;
  }
  get ids(): number[] {
    return this.frames.flatMap(({ id }) => (id === null ? [] : [Number(id)]));
  }
}
const change = async (n: number) => s.do(settings({ leaseMs: 3_000 + n }));
const watch = (resumeAfter: string | null, sink: Told) =>
  s.node.watchFeed.watch({ group: 'g', events: true, resumeAfter }, sink);

describe('a watch that resumes', () => {
  it('reads what the client missed, and little more, however long the history is; nothing of what is recent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conclave-watch-'));
    for (let n = 1; n <= 600; n++) await change(n);
    const from = s.node.tail.position;
    for (const runner of ['a', 'b', 'c']) await s.do(register(runner)); // and an election
    await s.do(to.taint('a', 'NoLead'));
    const last = Number(s.groups.head('g')!.position);
    const read = async (group: string | null, server: Server, store = w.store, after = from) => {
      const before = store.calls.readEvents;
      const told = new Told();
      server.node.watchFeed.watch({ group, events: true, resumeAfter: after }, told);
      await until('it has been told', () => told.ids.at(-1) === last);
      return { told: told.frames, events: store.calls.readEvents - before };
    };
    const files = (kind: string) => join(folder, kind);
    const two = await w.server('s2', w.otherStore(), files);
    await two.node['snapshots'].save();
    await two.stop();
    const store = w.otherStore();
    const again = await w.server('s2', store, files); // it knows nothing of what was before its snapshot
    await again.node.history.of('g');
    for (const group of ['g', null]) {
      const [recent, older] = [await read(group, s), await read(group, again, store)];
      expect(recent.told.filter(({ event }) => event === 'event')).toHaveLength(6);
      expect(recent.events).toBe(0);
      expect(older.told).toEqual(recent.told);
      expect(older.events).toBeGreaterThanOrEqual(6);
      expect(older.events).toBeLessThanOrEqual(6 + 128); // 128: how far apart checkpoints are
      for (let at = Number(from) + 1; at < last - 1; at++) {
        const [known, fromLog] = [
          await read(group, s, w.store, `${at}`),
          await read(group, again, store, `${at}`),
        ];
        expect(fromLog.told).toEqual(known.told); // also within an append
      }
    }
    rmSync(folder, { recursive: true });
  });

  it('is told nothing older after something newer, nor anything twice, wherever it begins', async () => {
    for (let n = 1; n <= 40; n++) await change(n);
    const all = new Told();
    watch('0', all);
    await until('it has been told', () => all.ids.length >= 41);
    const now = () => Number(s.node.tail.position);
    for (const from of [() => 0, () => all.ids[10]!, now, () => now() + 3]) {
      const id = from(); // the last: another server was further when it told the client
      const told = new Told();
      watch(`${id}`, told);
      for (let n = 0; n < 5; n++) await change(100 + n + id);
      await until('what comes is told', () => told.ids.at(-1) === now());
      expect(told.ids).toEqual([...new Set(told.ids)].sort((a, b) => a - b));
      expect(told.ids.every((one) => one >= id)).toBe(true);
    }
  });

  it('is told of what came while it was slow to take what it had missed, behind that', async () => {
    /** Takes nothing more until it is let. */
    class Held extends Told {
      takeAll: () => void = () => undefined;
      private readonly mayGoOn = new Promise<void>((resolve) => (this.takeAll = resolve));
      override async send(frames: readonly Frame[]): Promise<void> {
        this.frames.push(...frames);
        await this.mayGoOn;
      }
    }
    const from = s.node.tail.position;
    for (let n = 1; n <= 3; n++) await change(n);
    const held = new Held();
    watch(from, held);
    await until('it is told the first', () => held.ids.length > 0);
    for (let n = 4; n <= 6; n++) await change(n);
    held.takeAll();
    await until('it has been told', () => held.ids.at(-1) === Number(s.node.tail.position));
    const told = held.frames.filter(({ event }) => event === 'event').map(({ data }) => data);
    expect(told.map((event) => (event as { version: number }).version)).toEqual([2, 3, 4, 5, 6, 7]);
  });
});

it('a watch is told when what is shown of the leader is otherwise, and why nobody leads', async () => {
  const told = new Told();
  s.node.watchFeed.watch({ group: 'g', events: false, resumeAfter: null }, told);
  await s.do(to.register('a', { ready: true, labels: { addr: '10.0.0.1' } }));
  await s.do(to.register('a', { ready: true, labels: { addr: '10.0.0.2' } }));
  for (const key of ['disk', 'net']) await s.do(to.taint('a', 'NoLead', key));
  await s.do(to.release('a', 1));
  await s.do(to.untaint('a', 'disk'));
  await until('it has been told', () => told.ids.at(-1) === Number(s.node.tail.position));
  const news = told.frames.map(({ data }) => data as LeaderReply);
  expect(news.flatMap(({ leader }) => leader?.labels.addr ?? []).slice(0, 2)).toEqual([
    '10.0.0.1',
    '10.0.0.2',
  ]);
  const whys = news.flatMap(({ leader, why }) => (leader ? [] : [why]));
  expect(whys.slice(-2)).toEqual([expect.stringContaining('disk'), expect.not.stringContaining('disk')]);
});

describe('a group that very many watch', () => {
  it('tells each all in order, and lets others have their turn meanwhile', async () => {
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    /** As long as a write takes. */
    class Slow extends Told {
      inTurn = 0;
      override send(frames: readonly Frame[]): void {
        for (const startMs = performance.now(); performance.now() - startMs < 0.2;);
        this.frames.push(...frames);
        this.inTurn = turns;
      }
    }
    const many = Array.from({ length: 600 }, () => new Slow());
    const stops = many.map((sink) => watch(null, sink));
    const before = many[0]!.frames.length;
    const [gone, late] = [many.at(-1)!, new Told()];
    turn();
    for (let n = 1; n <= 3; n++) void change(n);
    await until('the first is told', () => many[0]!.frames.length > before);
    stops.at(-1)!(); // before its turn
    watch(null, late);
    await change(4);
    await until('all are told', () => many.at(-2)!.frames.length === before + 4);
    isOver = true;
    expect(many.at(-2)!.inTurn).toBeGreaterThan(many[0]!.inTurn);
    const versions = ({ frames }: Told) =>
      frames.slice(before).map(({ data }) => (data as { version: number }).version);
    for (const one of many.slice(0, -1)) expect(versions(one)).toEqual([2, 3, 4, 5]);
    expect(gone.frames.length).toBe(before);
    const [first, ...others] = late.frames.map(({ data }) => (data as { version: number }).version);
    expect(others).toEqual([2, 3, 4, 5].filter((version) => version > first!));
  });
});
