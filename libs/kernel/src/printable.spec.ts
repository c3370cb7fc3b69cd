import { expect, it } from '@jest/globals';
import { printable } from './printable.js';

it.each([
  ['an escape', '\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
  ['a title', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
  ['a carriage return', 'ok\rNOT OK', 'ok\\u000dNOT OK'],
  ['a backspace', 'a\bb', 'a\\u0008b'],
  ['a control of eight bits', '\u009b31m', '\\u009b31m'],
  ['text that turns round', 'run\u202etxt.exe', 'run\\u202etxt.exe'],
  ['an isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
  ['nothing to be seen', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
  ['half a letter', 'a\ud800b', 'a\\ud800b'],
])('%s is written out', (_, text, said) => expect(printable(text)).toBe(said));

it('what people write stays as it is', () => {
  const text = 'Größe, 東京, Привет, 🚀, שלום\n\ttabbed';
  expect(printable(text)).toBe(text);
});
