import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Audience } from '@conclave/access';
import { ruleOf } from '../edge/rules.js';
import type { Admission } from './admission.js';
import { bodyBytes, isInPieces, SMALL_BODY_BYTES } from './bodies.js';

/** Among their routes are those with long work. */
const LONG: ReadonlySet<Audience | undefined> = new Set<Audience>(['auditors', 'admins']);

/** No body of these is ever read. */
const UNREAD: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** After it is known who asks; before a body is read. */
export function guardAdmission(fastify: FastifyInstance, admission: Admission): void {
  fastify.addHook('onRoute', (route) => {
    if (!LONG.has(ruleOf(route.config)?.audience)) return;
    const { handler } = route;
    route.handler = function (request, reply) {
      const answer = () => handler.call(this, request, reply);
      const work = admission.placeOf(request)?.workIn(answer);
      // an answer may not be written yet when its handler is done: without it Fastify would answer once more
      return work ? work.then((found) => found ?? reply) : answer();
    };
  });
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (!isInPieces(request) || UNREAD.has(request.method)) return done(null, payload);
    const counted = admission.countPieces(request, reply);
    payload.once('error', (error: Error) => counted.destroy(error));
    reply.raw.once('close', () => payload.unpipe(counted).resume()); // what is left is not waited for
    done(null, payload.pipe(counted));
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url !== undefined) return admission.admit(request, reply, done);
    if (bodyBytes(request) > SMALL_BODY_BYTES) void reply.header('connection', 'close'); // nobody will read it
    done(new NotFoundException());
  });
}
