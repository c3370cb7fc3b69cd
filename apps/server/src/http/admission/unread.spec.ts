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
