import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { MEANINGS, PROBLEMS } from '@conclave/contract';
import { VERSION } from '@conclave/kernel';
import type { Audience } from '@conclave/access';
import { OPERATIONS, STREAMED } from './operations.js';

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
    .addServer('/', 'the server that answers this document');
  for (const [name, description] of TAGS) about.addTag(name, description);
  const operationIdFactory = (controller: string, method: string): string =>
    OPERATIONS[`${controller}.${method}`] ?? method;
  const document = SwaggerModule.createDocument(app, about.build(), {
    operationIdFactory,
    autoTagControllers: false,
  });
  for (const path of Object.values(document.paths))
    for (const [method, operation] of Object.entries(path)) complete(method, operation as Operation);
  describe(document.components?.schemas);
  return document;
}

/** What the edge refuses, whatever is asked; and of what may change something. */
const OF_EDGE = ['origin-forbidden', 'host-unknown', 'headers-too-large'] as const;
const OF_CHANGES = ['payload-too-large', 'media-type-unsupported'] as const;

interface Content {
  schema?: { $ref?: string; type?: string };
}
interface Operation {
  operationId?: string;
  security?: unknown[];
  parameters?: { name: string; description?: string; schema?: object }[];
  responses: Record<string, { description?: string; content?: Record<string, Content> }>;
}

/** Problems have a media type of their own; streams and tables stand beside JSON. */
function complete(method: string, { operationId, parameters = [], responses }: Operation): void {
  for (const code of [...OF_EDGE, ...(method === 'get' ? [] : OF_CHANGES)]) {
    const response = (responses[PROBLEMS[code].status] ??= {
      content: { [PROBLEM_TYPE]: { schema: { $ref: PROBLEM } } },
    });
    response.description = [response.description, code].filter(Boolean).join(', ');
  }
  for (const parameter of parameters) parameter.description ??= MEANINGS[parameter.name];
  for (const response of Object.values(responses)) {
    const problem = Object.values(response.content ?? {}).find(({ schema }) => schema?.$ref === PROBLEM);
    if (problem) response.content = { [PROBLEM_TYPE]: problem };
  }
  for (const type of STREAMED[operationId ?? ''] ?? []) {
    const ok = (responses['200'] ??= {});
    ok.content = { ...ok.content, [type]: { schema: { type: 'string' } } };
  }
}

/** Every property says what it means. */
function describe(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
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
