import { expect, it } from '@jest/globals';
import { Groups } from '@conclave/election';
import { LeaseTable, type TermLease } from '@conclave/presence';
import { inc } from '@conclave/processes';

it('a snapshot brings back what was renewed last and what is over', () => {
  const lease: TermLease = {
    group: 'g',
    term: 3,
    runner: 'a',
    incarnation: inc('a'),
    lastValidRevision: 7,
    maxLeaseMs: 15_000,
    expiredRevision: 9,
  };
  const table = new LeaseTable(new Groups());
  table.restore({ leases: [lease], unseen: 4 });
  const restored = new LeaseTable(new Groups());
  restored.restore(structuredClone(table.saved()));
  expect([...restored.all()]).toEqual([lease]);
  expect(restored.nothingAfter({ ...lease, lastValidRevision: 0 })).toBe(4);
});
