import { expect, it } from '@jest/globals';
import { anotherKey } from './signing-key.js';

it('no key has a name that a command line takes for an option', async () => {
  const kids = await Promise.all(
    Array.from({ length: 500 }, async () => (await anotherKey()).key.publicKey.kid),
  );
  expect(kids.filter((kid) => kid.startsWith('-'))).toEqual([]);
});
