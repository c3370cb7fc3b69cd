import { jest } from '@jest/globals';
import { eventsOf } from '@conclave/coordination';
import type { ElectionCommand, RecordedEvent } from '@conclave/election';
import { randomUuid } from '@conclave/kernel';
import { Node, TICK_MS, type Logger } from '@conclave/node';
import { inc } from '@conclave/processes';
import { ManualClock } from '@conclave/testing';
import { MemoryStore } from './memory-store.js';

/** What became of a command: it left events, it was granted already, or it was refused. */
export type Outcome = 'changed' | 'nothing' | 'refused';

/** A whole server without HTTP in virtual time: its clock, its timers, its store wait for nothing real. */
export class VirtualServer {
  readonly node: Node;
  readonly defects: unknown[] = [];
  readonly startMs: number;
  private readonly store = new MemoryStore();
  private readonly clock = new ManualClock();

  constructor() {
    jest.useFakeTimers({
      doNotFake: ['setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask', 'Date'],
    });
    this.startMs = this.clock.wallMs();
    const nothing = (): void => undefined;
    const defect = (facts: unknown): void => void this.defects.push(facts);
    const logger: Logger = { debug: nothing, info: nothing, warn: nothing, error: defect, fatal: defect };
    const [store, clock] = [this.store, this.clock];
    const options = { store, clock, logger, instance: inc('s'), maxDrift: 0.01, fileOf: () => null };
    this.node = new Node(options);
  }

  get nowMs(): number {
    return this.clock.monotonicMs();
  }

  async start(): Promise<void> {
    await this.node.start();
    while (!this.node.health.isReady) await this.pass(() => undefined);
  }

  /** One tick; `act`: what the world around it does meanwhile. */
  async pass(act: () => void): Promise<void> {
    this.clock.advance(TICK_MS);
    jest.advanceTimersByTime(TICK_MS);
    act();
    this.node.tick();
    await this.settle();
  }

  /** All that follows at once has its turn. */
  private async settle(): Promise<void> {
    for (let before = -1; before !== this.store.activity;) {
      before = this.store.activity;
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async order(group: string, command: ElectionCommand, actor: string): Promise<Outcome> {
    const order = { actor, reason: null, correlationId: 'c', commandId: randomUuid(), requestHash: '' };
    try {
      const { changed } = await this.node.repository.transact(group, command, order);
      return changed ? 'changed' : 'nothing';
    } catch (error) {
      if ((error as { name?: string }).name !== 'CommandRefused' && !('code' in (error as object)))
        throw error;
      return 'refused';
    }
  }

  async historyOf(group: string): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of eventsOf(this.store, group, 1)) events.push(event);
    return events;
  }

  async stop(): Promise<void> {
    this.node.drain();
    await this.node.stop();
    jest.useRealTimers();
  }
}
