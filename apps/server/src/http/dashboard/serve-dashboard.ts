import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { EVERYBODY } from '../edge/rules.js';

/** Where `npm run build` puts apps/dashboard: beside this, built. */
const BUILT = fileURLToPath(new URL('../../../../../dashboard/', import.meta.url));

/** What the page may load: its own files, and answers of this server. It runs nothing that stands in a page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Screens that have addresses of their own; all are the same page, which shows what its address says, or that nothing is there. */
const SCREENS = ['/', '/groups', '/groups/*', '/trust', '/trust/', '/servers', '/servers/'];

/** Serves the dashboard at `/`. Where it is not built, as in tests from source, `/` leads to the documents of the API. */
export async function serveDashboard(fastify: FastifyInstance): Promise<void> {
  const config = { rule: EVERYBODY };
  if (!existsSync(`${BUILT}index.html`)) {
    fastify.get('/', { config }, (_request, reply) => reply.redirect('/docs', 302));
    return;
  }
  await fastify.register(fastifyStatic, { root: BUILT, serve: false });
  // Whole each time: a new server brings new names of files, in a page that is as long as the one before, and in a package as old,
  // as all files are there. By that a browser would take it for the same, and run the dashboard of the other release on.
  const page = (reply: FastifyReply) =>
    reply
      .headers({ 'content-security-policy': POLICY, 'cache-control': 'no-cache' })
      .sendFile('index.html', { cacheControl: false, etag: false, lastModified: false });
  for (const screen of SCREENS) fastify.get(screen, { config }, (_request, reply) => page(reply));
  fastify.get('/icon.svg', { config }, (_request, reply) => reply.sendFile('icon.svg', { maxAge: '1d' }));
  // their names change with what is in them
  fastify.get<{ Params: { file: string } }>('/assets/:file', { config }, ({ params }, reply) =>
    reply.sendFile(`assets/${params.file}`, { maxAge: '365d', immutable: true }),
  );
}
