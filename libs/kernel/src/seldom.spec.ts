import { expect, it } from '@jest/globals';
import { Seldom } from './seldom.js';

it('says each kind of problem once a minute, and how often it was not said', () => {
  const said: string[] = [];
  const seldom = new Seldom((message) => said.push(message));
  const away = Object.assign(new Error('away'), { code: 'store-unavailable' });
  seldom.tell(away, 'group "a" failed', 1_000);
  seldom.tell(away, 'group "b" failed', 1_500);
  seldom.tell(new RangeError('too long'), 'group "c" failed', 2_000);
  seldom.tell(away, 'group "d" failed', 60_999);
  seldom.tell(away, 'group "e" failed', 61_000);
  seldom.tell(away, 'group "f" failed', 121_000);
  expect(said).toEqual([
    'group "a" failed',
    'group "c" failed',
    'group "e" failed (and 2 more like it since the last one)',
    'group "f" failed',
  ]);
});
