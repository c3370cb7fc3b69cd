import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { MEANINGS, PROBLEMS, type ProblemCode } from '@conclave/contract';
import { VERSION } from '@conclave/kernel';
import type { Audience } from '@conclave/access';
import { OF_THE_LOG, OPERATIONS, STREAMED, TAGGED } from './operations.js';

const PIECE_BYTES = 32_768;
const PROBLEM_TYPE = 'application/problem+json';
const PROBLEM = '#/components/schemas/Problem';

const TAGS: [name: Audience, description: string][] = [
  ['runners', 'What runners call: register, beat, release'],
  ['consumers', 'Who leads: reads, long polls, watches, fence'],
  ['operators', 'What people order: taints, pins, transfers, settings'],
  ['admins', 'What cannot be undone, and concerns all: keys, deletion, a restored log'],
  ['auditors', 'What happened, why, and what if'],
  ['operations', 'Health, metrics, and the log as a whole'],
];

/**
 * The API as OpenAPI 3.1, made from the controllers and their zod schemas. `openapi.json` in the repository
 * is this.
 */
export function openApiOf(app: NestFastifyApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Conclave')
    .setVersion(VERSION)
    .setDescription('Event-sourced leader election for runner groups')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0.html')
    .addServer('/', 'the server that answers this document')
    // no mutualTLS beside it: makers of clients know it not, and give up
    .addSecurity('token', {
      type: 'http',
      scheme: 'bearer',
      description: 'of Conclave, of an issuer, or for a join token; a client certificate will do instead',
    });
  for (const [name, description] of TAGS) about.addTag(name, description);
  const operationIdFactory = (controller: string, method: string): string =>
    OPERATIONS[`${controller}.${method}`] ?? method;
  const document = SwaggerModule.createDocument(app, about.build(), {
    operationIdFactory,
    autoTagControllers: false,
  });
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) complete(path, method, operation as Operation);
  const components = (document.components ??= {});
  components.headers = HEADERS;
  open(components.schemas, askedBy(document));
  describe(components.schemas);
  describe(document.paths);
  return document;
}

/** What the edge refuses, whatever is asked; of what may change something; and where the log or a group cannot be answered for. */
const OF_EDGE = ['origin-forbidden', 'host-unknown', 'headers-too-large', 'request-timeout'] as const;
const OF_CHANGES = ['payload-too-large', 'media-type-unsupported'] as const;
const refusedOf = (path: string, method: string): ProblemCode[] => [
  ...OF_EDGE,
  ...(method === 'get' ? [] : OF_CHANGES),
  ...(path.startsWith('/v1') && !OF_THE_LOG.test(path) ? (['log-replaced'] as const) : []),
  ...(path.includes('{g}') ? (['group-unreadable'] as const) : []),
];

const text = (description: string) => ({ description, schema: { type: 'string' as const } });
const HEADERS = {
  ETag: text('version of the group, for If-Match'),
  'Retry-After': text('seconds after which it may be asked again'),
  'WWW-Authenticate': text('what to show'),
  'X-Conclave-Stale-Ms': text(
    'ms for which the server has heard nothing from its store: what it says may be as old; absent: it hears',
  ),
  'X-Correlation-Id': text('what the log of the server names the request by'),
};
interface Content {
  schema?: { $ref?: string; type?: string };
}
interface Response {
  description?: string;
  content?: Record<string, Content>;
  headers?: Record<string, { $ref: string }>;
}
interface Operation {
  operationId?: string;
  security?: unknown[];
  parameters?: { name: string; description?: string; schema?: object }[];
  responses: Record<string, Response>;
}

/** Problems have a media type of their own; streams and tables stand beside JSON; each answer has its headers. */
function complete(path: string, method: string, operation: Operation): void {
  const { operationId = '', parameters = [], responses } = operation;
  for (const code of refusedOf(path, method)) {
    const response = (responses[PROBLEMS[code].status] ??= {});
    const codes = response.description?.split(', ') ?? [];
    response.description = [...new Set([...codes, code])].join(', ');
  }
  for (const parameter of parameters) parameter.description ??= MEANINGS[parameter.name];
  for (const [status, response] of Object.entries(responses)) {
    if (Number(status) < 400) continue;
    const others = Object.entries(response.content ?? {}).filter(
      ([, { schema }]) => schema?.$ref !== PROBLEM,
    );
    response.content = { ...Object.fromEntries(others), [PROBLEM_TYPE]: { schema: { $ref: PROBLEM } } };
  }
  for (const type of STREAMED[operationId] ?? []) {
    const ok = (responses['200'] ??= {});
    ok.content = { ...ok.content, [type]: { schema: { type: 'string' } } };
  }
  const isTagged = TAGGED.has(operationId) || parameters.some(({ name }) => name === 'If-Match');
  for (const [status, response] of Object.entries(responses)) {
    const names = headersOf(Number(status), path, isTagged);
    if (names.length > 0)
      response.headers = Object.fromEntries(
        names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
      );
  }
  operation.security = responses['401'] ? [{}, { token: [] }] : []; // {}: where it is off
}

function headersOf(status: number, path: string, isTagged: boolean): string[] {
  return [
    ...(status < 300 && isTagged ? ['ETag'] : []),
    ...(status === 401 ? ['WWW-Authenticate'] : []),
    ...(status === 503 ? ['Retry-After'] : []),
    ...(status >= 400 ? ['X-Correlation-Id'] : []),
    ...(path.startsWith('/v1') ? ['X-Conclave-Stale-Ms'] : []),
  ];
}

/** What requests are made of: they are strict. */
function askedBy(document: OpenAPIObject): Set<string> {
  const found = new Set<string>();
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const name = (node as { $ref?: string }).$ref?.split('/').at(-1);
    if (name !== undefined && !found.has(name)) {
      found.add(name);
      look(document.components?.schemas?.[name]);
    }
    for (const value of Object.values(node)) look(value);
  };
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path) as unknown[]))
    look((operation as { requestBody?: unknown }).requestBody);
  return found;
}

/** Replies may gain fields: a client that was made from this document takes those of a newer server. */
function open(schemas: Record<string, unknown> = {}, strict: Set<string>): void {
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const schema = node as { additionalProperties?: unknown };
    if (schema.additionalProperties === false) delete schema.additionalProperties;
    for (const value of Object.values(node)) look(value);
  };
  for (const [name, schema] of Object.entries(schemas)) if (!strict.has(name)) look(schema);
}

interface Schema {
  type?: unknown;
  maximum?: number;
  format?: string;
}
const INT32_MOST = 2 ** 31 - 1;

/** Every property says what it means; and how wide it is, since makers of clients take an integer for one of 32 bits. */
function describe(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, maximum = Infinity } = node as Schema;
  if ([type].flat().includes('integer') && maximum > INT32_MOST) (node as Schema).format = 'int64';
  const { properties } = node as { properties?: Record<string, { description?: string; $ref?: string }> };
  for (const [name, property] of Object.entries(properties ?? {}))
    if (!property.$ref) property.description ??= MEANINGS[name];
  for (const value of Object.values(node)) describe(value);
}

/** The build makes it (npm run build:server): to make it anew takes longer than beats may wait. */
const BUILT = new URL('../../../../../openapi.json', import.meta.url);

/** In pieces: between them others are heard. */
function* piecesOf(text: Buffer): Generator<Buffer> {
  for (let from = 0; from < text.length; from += PIECE_BYTES) yield text.subarray(from, from + PIECE_BYTES);
}

/** Serves `/openapi.json`, and a browsable `/docs`. */
export function describeApi(app: NestFastifyApplication): void {
  let text: Buffer | undefined;
  const once = (): Buffer => (text ??= readFileSync(BUILT)); // one, however many read it
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', (_, reply) =>
    reply.type('application/json; charset=utf-8').send(Readable.from(piecesOf(once()))),
  );
  SwaggerModule.setup('docs', app, () => JSON.parse(once().toString()) as OpenAPIObject, { raw: false });
}
