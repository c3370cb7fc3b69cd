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
        name,
      );
    expect(['a', 'b', 'c', 'd'].map(enter)).toEqual([true, true, true, false]);
    gone.add('b');
    expect(enter('e')).toBe(true); // in the place of who has gone
    for (const name of ['a', 'c', 'e']) gate.leave(name);
    expect(order).toEqual(['a', 'c', 'e']);
    expect(gate.counts).toEqual({ running: 0, waiting: 0 });
    expect(gate.refused).toBe(1);
  });

  it('a gate lets nobody keep others from their turn: who has fewest running is next', () => {
    const gate = new Gate(2, 4);
    const order: string[] = [];
    const enter = (client: string) =>
      gate.enter(
        () => void order.push(client),
        () => false,
        client,
      );
    expect(Array.from({ length: 6 }, () => enter('busy'))).toEqual([true, true, true, true, false, false]);
    expect([enter('other'), enter('other')]).toEqual([true, true]);
    gate.leave('busy');
    gate.leave('busy');
    expect(order).toEqual(['busy', 'busy', 'other', 'busy']); // one of each runs, whoever waits longer
    gate.leave('busy');
    gate.leave('other');
    expect([order.slice(4), gate.counts]).toEqual([['busy', 'other'], { running: 2, waiting: 0 }]);
  });

  it('amounts count as such, and a client has no more than its part', () => {
    const cap = new Cap(10, 6);
    const back = cap.take('a', 4)!;
    expect([cap.take('a', 3), cap.take('b', 7)]).toEqual([null, null]);
    expect(cap.take('b', 6)).not.toBeNull();
    back();
    expect([cap.held, cap.take('a', 5)]).toEqual([6, null]);
  });
});
