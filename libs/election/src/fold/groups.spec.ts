import { expect, it } from '@jest/globals';
import { on, pastOf } from '@conclave/testing';
import type { RecordedEvent } from '../model/events.js';
import { advance, Groups, newHead } from './groups.js';

const keyed = (n: number) => `00000000-0000-5000-8000-00000000000${n}`;

it('keyed commands of what is sealed are forgotten: a repeat is a new command, as on a server that never read them', () => {
  const recorded = ({ event }: ReturnType<typeof on.configured>, version: number, commandId: string) =>
    ({
      ...event,
      group: 'g',
      version,
      position: String(version),
      meta: {
        at: '2026-11-24T12:00:00.000Z',
        actor: 'operator:ana',
        reason: null,
        commandId,
        hash: 'h',
        requestHash: 'r',
      },
    }) as unknown as RecordedEvent;
  const configured = advance(newHead('g'), recorded(on.configured(), 1, keyed(1)));
  const registered = advance(configured, recorded(on.registered('a'), 2, keyed(2)));
  expect(registered.commands.flatMap((piece) => [...piece.keys()])).toEqual([keyed(1), keyed(2)]);
  const sealed = advance(registered, recorded(on.sealed(pastOf(configured.state), 'd'), 3, keyed(3)));
  expect(sealed.commands.flatMap((piece) => [...piece.keys()])).toEqual([keyed(2), keyed(3)]);
});

it('counts who lives: not what was deleted, however that was read, nor what cannot be read', () => {
  const groups = new Groups();
  const headOf = (id: string, isDeleted = false) => {
    const { state, ...head } = newHead(id);
    const deleted = isDeleted
      ? { at: '2026-11-24T12:00:00.000Z', actor: 'operator:ana', reason: null }
      : null;
    return { ...head, state: { ...state, version: 1, deleted } };
  };
  const read = (...heads: ReturnType<typeof headOf>[]): number => {
    groups.restore({ heads, unreadable: [] });
    return groups.living;
  };
  expect([read(headOf('a'), headOf('b'), headOf('old', true)), groups.size]).toEqual([2, 3]);
  expect(read(headOf('a', true))).toBe(1);
  expect(read(headOf('a', true), headOf('b'))).toBe(1);
  groups.giveUp('old', 'damaged');
  expect(groups.living).toBe(1);
  groups.giveUp('b', 'damaged');
  expect([groups.living, groups.size]).toEqual([0, 1]);
});

it('goes through all groups by id, as they were when it began, whatever is read meanwhile', async () => {
  const groups = new Groups();
  const headOf = (id: string, version: number) => ({
    ...newHead(id),
    state: { ...newHead(id).state, version },
  });
  groups.restore({ heads: [headOf('c', 1), headOf('a', 1), headOf('b', 1)], unreadable: [] });
  let breaths = 0;
  const read = async () => {
    if (++breaths !== 2) return;
    groups.restore({ heads: [headOf('a', 2), headOf('aa', 1)], unreadable: [] });
    groups.giveUp('c', 'damaged');
  };
  const seen = [];
  for await (const { state } of groups.ofNow(read)) seen.push(`${state.id} ${state.version}`);
  expect([seen, groups.inOrder]).toEqual([
    ['a 1', 'b 1', 'c 1'],
    ['a', 'aa', 'b'],
  ]);
});
