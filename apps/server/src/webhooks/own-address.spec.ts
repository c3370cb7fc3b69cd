import { expect, it } from '@jest/globals';
import { Names } from './names.js';
import { isOwnAddress } from './own-address.js';

it.each([
  ['http://127.0.0.1:7600/x', '0.0.0.0', true],
  ['http://127.0.0.2:7600', '0.0.0.0', true], // all of 127/8 is this machine
  ['http://[::1]:7600', '::', true],
  ['http://127.0.0.2:7600', '127.0.0.1', false],
  ['http://127.0.0.1:7601', '0.0.0.0', false],
  ['http://192.0.2.7:7600', '0.0.0.0', false],
])('%s of a server that listens on %s', async (url, address, isOwn) => {
  const own = { address, port: 7600, family: 'IPv4' };
  expect(await isOwnAddress(new URL(url), own, new Names())).toBe(isOwn);
});
