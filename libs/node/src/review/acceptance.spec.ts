import { expect, it } from '@jest/globals';
import type { Anchor } from '@conclave/event-store';
import type { KnownLog } from '../log/known-log.js';
import type { Acceptance } from '../log/marks.js';
import type { Logger } from '../reporting/logger.js';
import { dropIfMoved } from './acceptance.js';

const anchor = { stream: 'group-g', version: 3, id: 'x', position: '7' };
/** What is left of an acceptance in front of a log that holds so many groups, and these events. */
async function left(anchors: Anchor[] | undefined, groups: number, events: Anchor[] = []): Promise<boolean> {
  const acceptance = { by: 'operator:ana', reason: 'restored', correlationId: 'c', anchors };
  const kept: { accepted: Acceptance | null } = { accepted: acceptance };
  const known = { kept, accept: (now: Acceptance | null) => (kept.accepted = now) };
  const store = {
    staleMs: 0,
    async *read(_stream: string, from: number) {
      yield* events.filter(({ version }) => version >= from);
    },
  };
  await dropIfMoved({
    known: known as unknown as KnownLog,
    groups: { size: groups },
    store: store as never,
    isLasting: () => true,
    logger: { error: () => undefined } as unknown as Logger,
  });
  return kept.accepted !== null;
}

it('of an empty log it is none of one that holds something', async () => {
  expect([await left([], 0), await left([], 2)]).toEqual([true, false]);
});

it('of a log whose last events are gone, or are others, it is none; without a word of them it stays', async () => {
  expect([
    await left([anchor], 1, [anchor]),
    await left([anchor], 1, [{ ...anchor, id: 'y' }]),
    await left([anchor], 1),
    await left(undefined, 5),
  ]).toEqual([true, false, false, true]);
});
