import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { VERSION } from '@conclave/kernel';

/** The API as OpenAPI, made from the controllers and their zod schemas. `openapi.json` in the repository is this. */
export function openApiOf(app: NestFastifyApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Conclave')
    .setVersion(VERSION)
    .setDescription('Event-sourced leader election for runner groups')
    .build();
  return SwaggerModule.createDocument(app, about);
}

/** Serves `/openapi.json` and a browsable `/docs`. */
export function describeApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApiOf(app), { jsonDocumentUrl: 'openapi.json', raw: ['json'] });
}
