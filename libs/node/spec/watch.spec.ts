import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@conclave/testing';
import type { Frame, WatchSink } from '@conclave/views';
import { settings, World, type Server } from './node.fixture.js';

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
  send(frames: Frame[]): void {
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
  it('reads what the client missed, and little more, however long the history is', async () => {
    for (let n = 1; n <= 600; n++) await change(n);
    const from = s.node.tail.position;
    for (let n = 601; n <= 605; n++) await change(n);
    const before = w.store.calls.readEvents;
    const told = new Told();
    watch(from, told);
    await until('it has been told', () => told.ids.length >= 5);
    expect(told.frames.filter(({ event }) => event === 'event')).toHaveLength(5);
    expect(w.store.calls.readEvents - before).toBeLessThanOrEqual(5 + 128); // 128: how far apart checkpoints are
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
});
