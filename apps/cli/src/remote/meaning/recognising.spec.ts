import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { isOfConclave } from './recognising.js';

interface Schema {
  $ref?: string;
  required?: string[];
}
type Operation = { responses: Record<string, { content?: Record<string, { schema: Schema }> }> };
const api = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

/** What commands do not ask for, or ask for as a stream. */
const NOT_ASKED =
  /^(GET \/(readyz|v1\/(figures|backup))|(PUT|POST) .*(\/runners\/x|\/heartbeats?)|.*\/(fence|is-leader))$/;
const answers = Object.entries(api.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { responses }]) => {
    const schema = (responses['200'] ?? responses['201'])?.content?.['application/json']?.schema;
    const route = [method.toUpperCase(), path.replace('{term}', '7').replace(/\{\w+\}/g, 'x')] as const;
    if (!schema || NOT_ASKED.test(route.join(' '))) return [];
    const { required = [] } = schema.$ref ? api.components.schemas[schema.$ref.split('/').pop()!]! : schema;
    return [[...route, required] as const];
  }),
);

it.each(answers)(
  '%s %s: what a Conclave answers is known from what it does not',
  (method, path, required) => {
    const answer = Object.fromEntries(required.map((key) => [key, []]));
    expect(isOfConclave(method, `${path}?limit=1`, answer)).toBe(true);
    for (const other of [{}, { status: 'ok' }, { message: 'x', ok: true }])
      expect(isOfConclave(method, path, other)).toBe(false);
  },
);
it('a list of groups is one of names that groups can have: they become paths, and names of files', () => {
  const isList = (groups: unknown) => isOfConclave('GET', '/v1/groups?limit=1000', { groups });
  expect([[], [{ group: 'a' }, { group: 'A.b_c-1' }]].map(isList)).toEqual([true, true]);
  const others = [null, {}, 'a', [null], ['a'], [{ group: '../x' }], [{ group: '..' }], [{ group: 'a/b' }]];
  expect(others.filter(isList)).toEqual([]);
});
it('there are such', () => expect(answers.length).toBeGreaterThan(35));
