import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

interface Node {
  properties?: Record<string, Node>;
  description?: string;
  $ref?: string;
  enum?: unknown;
  additionalProperties?: unknown;
  format?: string;
}
interface Operation {
  operationId: string;
  tags: string[];
  parameters?: { name: string; description?: string }[];
  requestBody?: { content: Record<string, { schema: Node }> };
  security: object[];
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: Node }>; headers?: Record<string, Node> }
  >;
}
const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Node>; securitySchemes: object };
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
    for (const { operationId, responses } of operations)
      for (const [status, { content = {} }] of Object.entries(responses))
        if (Number(status) >= 400 && !(operationId === 'getReadiness' && status === '503'))
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

  it('says what a server answers that is not ready, of a log that was replaced, and of a group that it cannot read', () => {
    const of503 = (id: string) => operations.find(({ operationId }) => operationId === id)!.responses['503']!;
    expect(Object.keys(of503('getReadiness').content!)).toEqual([
      'application/json',
      'application/problem+json',
    ]);
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, { responses }] of Object.entries(methods))
        expect({ path, method, is: responses['503']!.description.split(', ') }).toMatchObject({
          is: expect.arrayContaining([
            ...(path.startsWith('/v1') && !/^\/v1\/(log|keys)/.test(path) ? ['log-replaced'] : []),
            ...(path.includes('{g}') ? ['group-unreadable'] : []),
          ]),
        });
  });

  it('says what to show, and which headers answers have', () => {
    expect(Object.keys(document.components.securitySchemes)).toEqual(['token']);
    const open = operations.filter(({ security }) => security.length === 0);
    expect(open.map(({ operationId }) => operationId)).toEqual(['getHealth', 'getReadiness']);
    const headersOf = (id: string, status: string) =>
      Object.keys(operations.find(({ operationId }) => operationId === id)!.responses[status]!.headers!);
    expect(headersOf('getLeader', '200')).toEqual(['ETag', 'X-Conclave-Stale-Ms']);
    expect(headersOf('beat', '200')).toEqual(['X-Conclave-Stale-Ms']);
    expect(headersOf('beat', '401')).toContain('WWW-Authenticate');
    expect(headersOf('beat', '503')).toContain('Retry-After');
  });

  it('integers that may not fit into 32 bits say so: of durations those above 24 days', () => {
    const { HeartbeatReply, Availability } = document.components.schemas;
    const formatsOf = ({ properties }: Node, ...names: string[]) =>
      names.map((name) => properties![name]!.format);
    expect(formatsOf(HeartbeatReply!, 'term', 'version')).toEqual(['int64', 'int64']);
    expect(formatsOf(Availability!, 'ledMs', 'leaderlessMs')).toEqual(['int64', 'int64']);
    expect(formatsOf(document.components.schemas.Resign!, 'cooldownMs')).toEqual([undefined]);
  });

  it('requests are strict, replies may gain fields', () => {
    const asked = operations.flatMap(({ requestBody }) => Object.values(requestBody?.content ?? {}));
    const read = (schema: Node): Node =>
      schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
    for (const { schema } of asked) expect(read(schema)).toMatchObject({ additionalProperties: false });
    for (const name of ['HeartbeatReply', 'HeartbeatBatchReply', 'RegisterReply', 'Leader', 'Problem'])
      expect(JSON.stringify(document.components.schemas[name])).not.toContain('"additionalProperties":false');
  });
});
