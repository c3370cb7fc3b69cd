import { describe, expect, it } from '@jest/globals';
import { evolveBy, initialState, type GroupState } from '@conclave/election';
import { historyOf, to, type Story } from '@conclave/testing';
import { whyNotLeading } from './not-leading.js';

const LED: Story = ['a', 'b'].map((id) => ({ waitMs: 0, command: to.register(id, { ready: true }) }));
const after = (...more: Story): GroupState => evolveBy(initialState('g'), historyOf([...LED, ...more], 'g'));
const why = (runner: string, state: GroupState | undefined, unprovedMs = 0) =>
  whyNotLeading('g', runner, state, unprovedMs);

describe('whyNotLeading', () => {
  it('nothing of the leader; of others who leads', () => {
    expect(why('a', after())).toBeNull();
    expect(why('b', after())).toBe('"a" leads in term 1');
    expect(why('nobody', after())).toBe('group "g" has no runner "nobody"');
    expect(why('a', undefined)).toBe('there is no group "g"');
  });

  it('of who was told to stop, and of the successor until it leads', () => {
    const handover = after({ waitMs: 0, command: to.taint('a') });
    expect(why('a', handover)).toBe('"a" was told to stop in term 1');
    expect(why('b', handover)).toBe('"a" leads in term 1');
    const over = after({ waitMs: 0, command: to.taint('a') }, { waitMs: 0, command: to.release('a', 1) });
    expect([why('a', over), why('b', over)]).toEqual(['"b" leads in term 2', null]);
  });

  it('nothing as long as what is known is no older than the lease, and than it takes to notice', () => {
    const { leaseMs } = after().settings;
    expect(why('a', after(), leaseMs)).toBeNull();
    expect(why('a', after(), leaseMs + 1)).toMatch(/heard nothing from its store for 15.0 s/);
    expect(why('a', after(), Infinity)).toMatch(/since it started/);
    const short = after({ waitMs: 0, command: { type: 'ConfigureGroup', settings: { leaseMs: 500 } } });
    expect([2_000, 2_001].map((ms) => why('a', short, ms) === null)).toEqual([true, false]);
  });
});
