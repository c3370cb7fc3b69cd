import { describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { VersionConflict } from '@conclave/event-store';
import { Publisher } from './publisher.js';
import { proposedOf, type Proposed } from './proposed.js';

const event = (n: number, bytes = 1): Proposed =>
  proposedOf({ id: randomUUID(), type: 'E', data: { n, text: 'x'.repeat(bytes) }, meta: {} });
const numberOf = ({ data }: Proposed) => (JSON.parse(Buffer.from(data).toString()) as { n: number }).n;

/** A stream that another writer may have lengthened, and what was appended to it. */
function stream(head = 0) {
  const appends: number[][] = [];
  const tried: number[] = [];
  let running = 0;
  let most = 0;
  let failure: Error | null = null;
  const state = {
    head,
    appends,
    tried,
    get most() {
      return most;
    },
    fail: (error: Error) => {
      failure = error;
    },
  };
  const publisher = new Publisher({
    headOf: async () => state.head,
    append: async (name, version, events) => {
      most = Math.max(most, ++running);
      tried.push(version);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      const error = failure;
      failure = null;
      if (error) throw error;
      if (version !== state.head) throw new VersionConflict(name, version, state.head);
      appends.push(events.map(numberOf));
      state.head += events.length;
      return { version: state.head, position: '' };
    },
  });
  return { publisher, state };
}

describe('publishing to a stream of EventStoreDB', () => {
  it('one append in flight; what waits goes into the next, at most 100 events, in the order of asking', async () => {
    const { publisher, state } = stream();
    await Promise.all(Array.from({ length: 251 }, (_, n) => publisher.publish('p', event(n))));
    expect(state.most).toBe(1);
    expect(state.appends.map((numbers) => numbers.length)).toEqual([1, 100, 100, 50]);
    expect(state.appends.flat()).toEqual(Array.from({ length: 251 }, (_, n) => n));
  });

  it('large events share an append only while it stays well under the limit of the server', async () => {
    const { publisher, state } = stream();
    await Promise.all(Array.from({ length: 6 }, (_, n) => publisher.publish('p', event(n, 250_000))));
    expect(state.appends.map((numbers) => numbers.length)).toEqual([1, 2, 2, 1]);
  });

  it('another writer is met by going on at the version that there is', async () => {
    const { publisher, state } = stream(3);
    await publisher.publish('p', event(0));
    state.head += 5;
    await Promise.all([1, 2, 3].map((n) => publisher.publish('p', event(n))));
    expect(state.head).toBe(3 + 1 + 5 + 3);
    expect(state.appends.flat()).toEqual([0, 1, 2, 3]);
  });

  it('what another writer was seen to write costs no append in vain', async () => {
    const { publisher, state } = stream(3);
    await publisher.publish('p', event(0));
    state.head += 5;
    publisher.saw('p', state.head);
    publisher.saw('p', 2); // a subscription that is behind
    await publisher.publish('p', event(1));
    expect(state.tried).toEqual([3, 9]);
    state.head = 1; // another log is there now
    await publisher.publish('p', event(2));
    expect(state.tried).toEqual([3, 9, 10, 1]);
  });

  it('servers that all write as fast as they can come by turns', async () => {
    jest.useFakeTimers();
    let head = 0;
    const wire = async () => new Promise((resolve) => setTimeout(resolve, 100));
    const append = async (name: string, version: number, events: Proposed[]) => {
      await wire();
      const isFirst = version === head;
      const actual = isFirst ? (head += events.length) : head;
      await wire();
      if (!isFirst) throw new VersionConflict(name, version, actual);
      return { version: actual, position: '' };
    };
    const counts = [0, 0, 0];
    const writing = async (n: number): Promise<never> => {
      const publisher = new Publisher({ headOf: async () => head, append });
      for (;;) {
        await publisher.publish('p', event(n));
        counts[n]!++;
      }
    };
    for (const n of counts.keys()) void writing(n);
    for (let n = 0; n < 200; n++) await jest.advanceTimersByTimeAsync(25);
    jest.useRealTimers();
    expect(Math.min(...counts)).toBeGreaterThan(4); // of 25 or so; one of them had them all
  });

  it('a failure is told to those whose events were in it, and to nobody else', async () => {
    const { publisher, state } = stream();
    state.fail(new Error('disk'));
    const answers = await Promise.allSettled([0, 1, 2].map((n) => publisher.publish('p', event(n))));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    await publisher.publish('p', event(3));
    expect(state.appends.flat()).toEqual([1, 2, 3]);
  });

  it('a server that others always come before is told so, not of versions', async () => {
    const never = async (name: string, version: number): Promise<never> => {
      throw new VersionConflict(name, version, version + 1);
    };
    const publisher = new Publisher({ headOf: async () => 0, append: never });
    await expect(publisher.publish('presence', event(0))).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining(
        'other servers were first 50 times to write to "presence": look how long',
      ),
    });
  });
});
