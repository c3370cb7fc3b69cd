import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

interface Node {
  properties?: Record<string, Node>;
  description?: string;
  $ref?: string;
  enum?: unknown;
}
interface Operation {
  operationId: string;
  tags: string[];
  parameters?: { name: string; description?: string }[];
  responses: Record<string, { content?: Record<string, { schema: Node }> }>;
}
const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Node> };
};
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

const HEADERS = ['Idempotency-Key', 'If-Match', 'X-Conclave-Actor'];

describe('openapi.json', () => {
  it('every property and parameter says what it means', () => {
    const bare: string[] = [];
    const look = (node: unknown, where: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [name, property] of Object.entries((node as Node).properties ?? {}))
        if (!property.$ref && !property.description) bare.push(`${where}.${name}`);
      for (const [key, value] of Object.entries(node)) look(value, `${where}.${key}`);
    };
    look(document.components.schemas, '');
    for (const { operationId, parameters = [] } of operations)
      for (const { name, description } of parameters) if (!description) bare.push(`${operationId}?${name}`);
    expect(bare).toEqual([]);
  });

  it('operations have plain names, one audience each', () => {
    expect(operations.length).toBeGreaterThan(35);
    for (const { operationId, tags } of operations) {
      expect(operationId).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
      expect(tags).toHaveLength(1);
      expect(document.tags.map(({ name }) => name)).toContain(tags[0]);
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('whatever is told to a group may be told once, and only if nothing changed; who may speak for another says who it is', () => {
    const told = operations.filter(({ responses }) => responses['422']);
    expect(told.map(({ operationId }) => operationId)).toEqual(
      expect.arrayContaining([
        'registerRunner',
        'deregisterRunner',
        'resignLead',
        'releaseLead',
        'pinLeader',
      ]),
    );
    for (const { operationId, tags, parameters, responses } of told) {
      const isOperators = tags[0] !== 'runners' || ['deregisterRunner', 'resignLead'].includes(operationId);
      const headers = parameters!.map(({ name }) => name).filter((name) => HEADERS.includes(name));
      expect({ operationId, headers: headers.sort(), isConditional: '412' in responses }).toEqual({
        operationId,
        headers: isOperators ? HEADERS : HEADERS.slice(0, 2),
        isConditional: true,
      });
    }
  });

  it('problems have their own media type and a closed list of codes; streams and tables are there', () => {
    for (const { responses } of operations)
      for (const [status, { content = {} }] of Object.entries(responses))
        if (Number(status) >= 400 && status !== '503')
          expect(Object.keys(content)).toEqual(['application/problem+json']);
    expect(document.openapi).toBe('3.1.0');
    expect(document.components.schemas.Problem!.properties!.code!.enum).toContain('group-unreadable');
    const typesOf = (id: string) =>
      Object.keys(operations.find(({ operationId }) => operationId === id)!.responses['200']!.content!);
    expect([typesOf('watchGroup'), typesOf('getHistory'), typesOf('getTenures')]).toEqual([
      ['text/event-stream'],
      expect.arrayContaining(['application/x-ndjson']),
      expect.arrayContaining(['text/csv']),
    ]);
  });
});
