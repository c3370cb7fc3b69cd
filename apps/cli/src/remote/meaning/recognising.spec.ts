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
    const answer = Object.fromEntries(required.map((key) => [key, null]));
    expect(isOfConclave(method, `${path}?limit=1`, answer)).toBe(true);
    for (const other of [{}, { status: 'ok' }, { message: 'x', ok: true }])
      expect(isOfConclave(method, path, other)).toBe(false);
  },
);
it('there are such', () => expect(answers.length).toBeGreaterThan(35));
