import { describe, expect, it } from '@jest/globals';
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
  let running = 0;
  let most = 0;
  let failure: Error | null = null;
  const state = {
    head,
    appends,
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
