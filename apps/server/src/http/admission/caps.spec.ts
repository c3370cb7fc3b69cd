import { describe, expect, it } from '@jest/globals';
import { Cap, Gate } from './caps.js';

describe('caps', () => {
  it('no more than there are, no more than one client may have, and given back once', () => {
    const cap = new Cap(3, 2);
    const [one, two] = [cap.take('a')!, cap.take('a')!];
    expect(cap.take('a')).toBeNull();
    expect(cap.take('b')).not.toBeNull();
    expect(cap.take('c')).toBeNull();
    one();
    one();
    expect(cap.held).toBe(2);
    expect(cap.take('c')).not.toBeNull();
    two();
    expect(cap.take('a')).not.toBeNull();
    expect(cap.refused).toBe(2);
  });

  it('a gate lets a few run, a few wait in order, and passes over who has gone', () => {
    const gate = new Gate(1, 2);
    const order: string[] = [];
    const gone = new Set<string>();
    const enter = (name: string) =>
      gate.enter(
        () => void order.push(name),
        () => gone.has(name),
      );
    expect(['a', 'b', 'c', 'd'].map(enter)).toEqual([true, true, true, false]);
    gone.add('b');
    expect(enter('e')).toBe(true); // in the place of who has gone
    gate.leave();
    gate.leave();
    gate.leave();
    expect(order).toEqual(['a', 'c', 'e']);
    expect(gate.counts).toEqual({ running: 0, waiting: 0 });
    expect(gate.refused).toBe(1);
  });
});
