import * as fc from 'fast-check';
import { canonicalText } from '../src/text.js';

describe('the one form of a JSON value (RFC 8785)', () => {
  it.each([
    [
      'the example of the RFC',
      { peach: 1, péché: 2, pêche: 3, sin: 4 },
      '{"peach":1,"péché":2,"pêche":3,"sin":4}',
    ],
    ['keys that are numbers', { 10: 'a', 9: 'b', '€': 1, '\r': 2 }, '{"\\r":2,"10":"a","9":"b","€":1}'],
    ['keys by UTF-16 units', { '\u{1f600}': 1, '\ufb33': 2 }, '{"😀":1,"\ufb33":2}'],
    ['numbers', [1e21, 1e-7, -0, 4.5, Number('333333333.33333329')], '[1e+21,1e-7,0,4.5,333333333.3333333]'],
    ['escapes', ['\u000f\n\b"\\/', '\u007f\u2028'], '["\\u000f\\n\\b\\"\\\\/","\u007f\u2028"]'],
    ['a backslash before "ud800"', ['\\ud800', '\u{1f600}\\ud'], '["\\\\ud800","😀\\\\ud"]'],
    ['no value at all', { a: undefined, b: [undefined] }, '{"b":[null]}'],
  ])('%s', (_what, value, text) => {
    expect(canonicalText(value)).toBe(text);
  });

  it.each([
    ['a number that is none', { a: Infinity }],
    ['half of a pair', { a: 'x\ud800' }],
    ['half of a pair behind a backslash', ['\\\ud800']],
    ['half of a pair in a key', { '\udc00': 1 }],
  ])('%s has none', (_what, value) => {
    expect(() => canonicalText(value)).toThrow();
  });

  it('says the same as the value, and the same of every order of keys', () => {
    const turned = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(turned)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, one]) => [key, turned(one)]),
            )
          : value;
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        expect(JSON.parse(canonicalText(plain))).toEqual(plain);
        expect(canonicalText(turned(plain))).toBe(canonicalText(plain));
      }),
    );
  });
});
