import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SortedIds } from './sorted-ids.js';

it('has what was added and not removed, in order, and what comes behind any id', () => {
  const id = fc.constantFrom('a', 'B', 'b', 'b1', 'b10', 'b2', 'z', '0');
  const step = fc.record({ op: fc.constantFrom('add', 'remove', 'look'), id });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), id, (steps, from) => {
      const [ids, wanted] = [new SortedIds(), new Set<string>()];
      for (const { op, id: one } of steps) {
        if (op === 'add' && !wanted.has(one)) ids.add(one);
        if (op === 'add') wanted.add(one);
        if (op === 'remove' && wanted.delete(one)) ids.remove(one);
        if (op === 'look') expect(ids.all).toEqual([...wanted].sort());
      }
      expect([...ids.after(undefined)]).toEqual([...wanted].sort());
      expect([...ids.after(from)]).toEqual([...wanted].sort().filter((one) => one > from));
    }),
  );
});
