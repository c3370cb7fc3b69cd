import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { Sha256 } from '@conclave/contract';
import { z } from 'zod';
import { BODY_MOST, CosignBody, ExtendBody, WITNESS_PROBLEMS, type WitnessProblem } from '@conclave/audit';
import type { PublicKey } from '@conclave/audit';
import type { WitnessDesk } from './witness-desk.js';
import { WitnessRefusal } from './witness-refusal.js';

const Path = z.object({ log: Sha256 });
const After = z.object({ after: z.string().max(63).default('') });
const BY_STATUS: Record<number, WitnessProblem> = {
  400: 'invalid-request',
  413: 'payload-too-large',
  415: 'media-type-unsupported',
};

/** A request has come as a whole by then: a server gives it up before. Fastify itself would wait for ever. */
const REQUEST_MS = 60_000;

/** The HTTP of a witness (docs/witness.md), not listening yet. `defect` is told of what must not happen. */
export function routesOf(desk: WitnessDesk, key: PublicKey, defect: (error: Error) => void): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_MOST, forceCloseConnections: true, requestTimeout: REQUEST_MS });
  // servers and commands ask; a page that has bound its name to this machine would have logs kept here until there is room for none
  app.addHook('onRequest', async ({ headers: { origin } }) => {
    if (origin !== undefined)
      throw new WitnessRefusal(
        'invalid-request',
        'a witness answers no web page. Ask with a program, without Origin.',
      );
  });
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal') defect(error);
    const { status, title } = WITNESS_PROBLEMS[refusal.code];
    const problem = { type: 'about:blank', title, status, code: refusal.code, detail: refusal.message };
    await reply.code(status).type('application/problem+json').send(JSON.stringify(problem));
  });
  app.setNotFoundHandler(({ method, url }) => {
    throw new WitnessRefusal('route-unknown', `${method} ${url} is no route of a witness`);
  });
  const logOf = (request: FastifyRequest) => checked(Path, request.params, 'path').log;
  app.get('/v1/key', async () => ({ keys: [key] }));
  app.get('/v1/logs/:log', async (request) => desk.known(logOf(request)));
  app.get('/v1/logs/:log/marks', async (request) =>
    desk.marks(logOf(request), checked(After, request.query, 'query').after),
  );
  app.post('/v1/logs/:log/extend', async (request) => {
    await desk.extend(logOf(request), checked(ExtendBody, request.body, 'body'));
    return {};
  });
  app.post('/v1/logs/:log/cosign', async (request) =>
    desk.cosign(logOf(request), checked(CosignBody, request.body, 'body')),
  );
  return app;
}

/** What came, if it has the form; a body is no copy: what is hashed must be what was sent. */
function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue];
    throw new WitnessRefusal('invalid-request', `${where} /${path.join('/')}: ${message}`);
  }
  return where === 'body' ? (value as T) : parsed.data;
}

function refusalOf(error: Error & { statusCode?: number }): WitnessRefusal {
  if (error instanceof WitnessRefusal) return error;
  const code = BY_STATUS[error.statusCode ?? 500];
  return code
    ? new WitnessRefusal(code, error.message)
    : new WitnessRefusal('internal', 'it was not done; the output of the witness says more');
}
