import { expect, it } from '@jest/globals';
import { wants } from './wants.js';

it.each([
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['text/csv', true],
  ['TEXT/CSV; charset=utf-8', true],
  ['text/*', true],
  ['text/csv, */*', true],
  ['text/csv, application/json', true],
  ['application/json, text/csv', false],
  ['application/json, text/csv;q=0.5', false],
  ['application/json;q=0.5, text/csv', true],
  ['text/csv;q=0, */*', false],
  ['text/csvish', false],
  ['x', false],
])('Accept: %s', (accept, is) => {
  expect(wants(accept, 'text/csv')).toBe(is);
});
