import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { Unread } from './unread.js';

class Client extends EventEmitter {
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
  const [silent, fed, slow, idle] = [new Client(), new Client(), new Client(), new Client()];
  for (const one of [silent, fed, slow, idle]) {
    unread.watch(one);
    unread.watch(one); // its next request
    one.send(1_000);
  }
  idle.take(1_000);
  const cutOff = (looks: number): boolean[] => {
    for (let n = 0; n < looks; n++) {
      fed.send(10);
      slow.take(1);
      unread.look();
    }
    return [silent, fed, slow, idle].map(({ isCutOff }) => isCutOff);
  };
  expect(cutOff(6)).toEqual([false, false, false, false]); // the first look only sees where it stands
  expect(cutOff(1)).toEqual([true, true, false, false]);
  expect(cutOff(20)).toEqual([true, true, false, false]);
});
