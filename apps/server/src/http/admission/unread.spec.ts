import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { Unread } from './unread.js';

class Client extends EventEmitter {
  _handle: { writeQueueSize: number } | null = null;
  bytesWritten = 0;
  writableLength = 0;
  isCutOff = false;

  send(bytes: number): void {
    this.bytesWritten += bytes;
    this.writableLength += bytes;
  }
  take(bytes: number): void {
    this.writableLength -= bytes;
  }
  destroy(): this {
    this.isCutOff = true;
    this.emit('close');
    return this;
  }
}

it('whoever takes nothing for thirty seconds is cut off, also while more is sent; whoever takes a little, or owes nothing, is not', () => {
  const unread = new Unread();
  const all = Array.from({ length: 5 }, () => new Client());
  const [, fed, slow, idle, large] = all as [Client, Client, Client, Client, Client];
  large._handle = { writeQueueSize: 1_000 }; // in one piece, of which the kernel takes some at a time
  for (const one of all) {
    unread.watch(one);
    unread.watch(one); // its next request
    one.send(1_000);
  }
  idle.take(1_000);
  unread.count();
  expect(unread.bytes).toBe(4_000);
  const cutOff = (looks: number): boolean[] => {
    for (let n = 0; n < looks; n++) {
      fed.send(10);
      slow.take(1);
      large._handle!.writeQueueSize--;
      unread.look();
    }
    return all.map(({ isCutOff }) => isCutOff);
  };
  expect(cutOff(6)).toEqual([false, false, false, false, false]); // the first look only sees where it stands
  expect(cutOff(1)).toEqual([true, true, false, false, false]);
  expect(cutOff(20)).toEqual([true, true, false, false, false]);
  unread.count();
  expect(unread.bytes).toBe(slow.writableLength + large.writableLength); // the others are gone
});

it('whoever took much in a row has the time to pass it on: his kernel holds it, and says nothing meanwhile', () => {
  const unread = new Unread();
  const [quick, short] = [new Client(), new Client()];
  for (const one of [quick, short]) {
    unread.watch(one);
    one.send(20_000_000);
    unread.look();
  }
  quick.take(6_000_000); // 100 s at 60 kB/s
  short.take(60_000);
  const cutOff = (looks: number): boolean[] => {
    for (let n = 0; n < looks; n++) unread.look();
    return [quick, short].map(({ isCutOff }) => isCutOff);
  };
  expect(cutOff(7)).toEqual([false, true]);
  expect(cutOff(13)).toEqual([false, true]);
  expect(cutOff(1)).toEqual([true, true]);
});

it('answers behind another one count, as long as they wait; each counts for who asked', () => {
  const unread = new Unread();
  const [one, other] = [new Client(), new Client()];
  unread.note(one, 'ana');
  unread.note(other, 'ben');
  one.send(1_000);
  const answered = unread.behind(one, { outputSize: 50_000 });
  other.send(10);
  unread.count();
  expect([unread.bytes, unread.of('ana'), unread.of('ben'), unread.of('eve')]).toEqual([
    51_010, 51_000, 10, 0,
  ]);
  answered();
  unread.count();
  expect(unread.bytes).toBe(1_010);
});

it('a connection on which an answer waits for a second is told of once for each', () => {
  const unread = new Unread();
  const slow: unknown[] = [];
  unread.onSlow = (socket) => slow.push(socket);
  const one = new Client();
  unread.watch(one);
  const counts = (n: number): number => {
    for (let count = 0; count < n; count++) unread.count();
    return slow.length;
  };
  one.send(10);
  expect([counts(3), counts(1), counts(20)]).toEqual([0, 1, 1]);
  one.take(10);
  expect(counts(1)).toBe(1);
  one.send(10);
  expect(counts(4)).toBe(2);
});
