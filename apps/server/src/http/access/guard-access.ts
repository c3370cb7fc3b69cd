import type { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AccessRefused, mayCall, type Access, type Caller, type ShownCertificate } from '@conclave/access';
import type { Node } from '@conclave/node';
import { ApiProblem } from '../edge/api-problem.js';
import { headerOf } from '../edge/headers.js';
import { forbiddenRoute, NOBODY } from './callers.js';
import { ruleOf } from '../edge/rules.js';

const REREAD_MS = 1_000;

const read = new WeakMap<TLSSocket, ShownCertificate | null>();

/** What the connection shows; null without TLS, or without a client certificate. */
function certificateOf({ raw }: FastifyRequest): ShownCertificate | null {
  const socket = raw.socket as TLSSocket;
  if (!socket.encrypted) return null;
  if (!read.has(socket)) read.set(socket, certificateAt(socket));
  return read.get(socket)!;
}

function certificateAt(socket: TLSSocket): ShownCertificate | null {
  const shown = socket.getPeerCertificate();
  if (!shown.subject) return null;
  return {
    subject: { ...shown.subject } as ShownCertificate['subject'],
    issuer: { ...shown.issuer } as ShownCertificate['issuer'],
    expiresAtMs: Date.parse(shown.valid_to),
    problem: socket.authorized ? null : String(socket.authorizationError ?? 'nobody vouches for it'),
  };
}

/** Decides by the route that was matched, before a body is read. */
export function guardAccess(fastify: FastifyInstance, access: Access | null, node: Node): void {
  fastify.decorateRequest('caller', null);
  fastify.decorateRequest('mayStill', null);
  fastify.decorateRequest('ownerOf', null);
  if (!access) return;
  const ownerOf = (credential: string) => {
    const owner = access.ownerOf(credential);
    return owner instanceof Promise
      ? owner.catch((error: Error) => Promise.reject(told(node, error)))
      : owner;
  };
  const timer = setInterval(() => access.reread(), REREAD_MS);
  fastify.addHook('onClose', (_, done) => {
    clearInterval(timer);
    done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const rule = ruleOf(request.routeOptions.config);
    if (!rule) return done(); // no such route
    if (rule.audience === 'operations') {
      request.caller = NOBODY;
      return done();
    }
    request.ownerOf = ownerOf;
    const { g: group, r: runner } = request.params as { g?: string; r?: string };
    const ask = () =>
      access.callerOf({
        authorization: headerOf(request, 'authorization'),
        certificate: certificateOf(request),
      });
    request.mayStill = async () => {
      try {
        request.caller = await ask();
        return mayCall(request.caller, rule, { group, runner });
      } catch (error) {
        // an issuer is asked only about tokens that have not expired
        return !(error instanceof AccessRefused) || error.code === 'issuer-unavailable';
      }
    };
    const decide = (caller: Caller, isLast = false): void => {
      request.caller = caller;
      if (mayCall(caller, rule, { group, runner })) return done();
      if (!isLast && access.look()) return judge(true);
      const about =
        group === undefined
          ? ''
          : ` of group "${group}"${runner === undefined ? '' : `, runner "${runner}"`}`;
      done(forbiddenRoute(caller, `${request.method} ${request.routeOptions.url}${about}`, rule));
    };
    const judge = (isLast = false): void => {
      try {
        const caller = ask();
        if (caller instanceof Promise)
          caller.then(
            (one) => decide(one, isLast),
            (error: Error) => refuse(reply, told(node, error), done),
          );
        else decide(caller, isLast);
      } catch (error) {
        refuse(reply, told(node, error as Error), done);
      }
    };
    judge();
  });
}

const isUnknown = (error: Error): error is AccessRefused =>
  error instanceof AccessRefused && error.code === 'unauthenticated';

function refuse(reply: FastifyReply, error: Error, done: (error: Error) => void): void {
  if (isUnknown(error)) void reply.header('www-authenticate', 'Bearer realm="conclave"');
  done(error);
}

/** Why somebody is refused, or that it cannot be told yet. */
function told(node: Node, error: Error): Error {
  if (!isUnknown(error) || !mayBeWrong(error, node)) return error;
  const reasons = node.health.reasonsNotReady(() => false);
  const why = `who asks cannot be told yet: ${reasons.join('; ').replace(/\.$/, '')}.`;
  return new ApiProblem('not-ready', why);
}

/**
 * The time that a credential is judged by is not known yet, or not all keys of servers: a runner that was told that its own does not
 * count would give it up, and its join token may be over by now.
 */
function mayBeWrong({ isByLog }: AccessRefused, { tail, clocks, health }: Node): boolean {
  const hasRead = tail.isCaughtUp || tail.isHeld;
  return !hasRead || !clocks.areKnown || (isByLog && !health.isReady);
}
