import { expect, it } from '@jest/globals';
import { remember, rememberedAfter, rememberedIn, type Remembered } from './remembered.js';

const command = (version: number) => ({ firstVersion: version, count: 1, requestHash: 'r', actor: 'a' });
const many = (count: number) => {
  let commands: Remembered = [];
  for (let n = 1; n <= count; n++) commands = remember(commands, `c${n}`, command(n));
  return commands;
};
const idsIn = (commands: Remembered) => commands.flatMap((piece) => [...piece.keys()]);

it('the last thousand are remembered, in their order', () => {
  const commands = many(2_345);
  expect(idsIn(commands)).toEqual(Array.from({ length: 1_000 }, (_, n) => `c${n + 1_346}`));
  expect(rememberedIn(commands, 'c1345')).toBeUndefined();
  expect(rememberedIn(commands, 'c1346')).toEqual(command(1_346));
  expect(commands.length).toBeLessThan(40);
});

it('a further event of a command is counted where it stands; what was before is not changed', () => {
  const before = many(100);
  const after = remember(before, 'c7', command(101));
  expect(rememberedIn(after, 'c7')).toEqual({ ...command(7), count: 2 });
  expect(rememberedIn(before, 'c7')).toEqual(command(7));
  expect(idsIn(after)).toEqual(idsIn(before));
  expect(after.filter((piece, at) => piece !== before[at])).toHaveLength(1);
});

it('what is sealed is forgotten', () => {
  expect(idsIn(rememberedAfter(many(100), 98))).toEqual(['c99', 'c100']);
  expect(rememberedAfter(many(100), 100)).toEqual([]);
});
