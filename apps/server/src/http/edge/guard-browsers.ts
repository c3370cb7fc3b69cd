import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback, type Config } from '../../environment/config.js';
import { ApiProblem } from './api-problem.js';
import { ruleOf } from './rules.js';

// What a web page that somebody has open could do here: its browser reaches addresses that it itself does not.

const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
};
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** Of what is answered before there is a route, where no hook reaches. */
export const protect = (reply: FastifyReply): FastifyReply =>
  reply.headers({ ...ALWAYS, 'content-security-policy': NOTHING });
/** Pages that have scripts and styles of their own. */
const OF_DOCS =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Headers that decide something: whoever stands between might read another of two than this server. */
const ONCE = new Set(['host', 'authorization', 'content-type', 'content-length', 'idempotency-key']);
const NAMED_HOST = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

function repeatedIn({ rawHeaders, headers }: IncomingMessage): string | null {
  if (rawHeaders.length === 2 * Object.keys(headers).length) return null; // each came once
  const seen = new Set<string>();
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = rawHeaders[n]!.toLowerCase();
    if (!ONCE.has(name)) continue;
    if (seen.has(name)) return rawHeaders[n]!;
    seen.add(name);
  }
  return null;
}

/** Load balancers ask with HTTP/1.0, and name no host; no browser does. */
const PROBES = new Set(['/healthz', '/readyz']);
const CHANGES = new Set(['PUT', 'POST', 'DELETE', 'PATCH']);

/** `example.org.:7600` and `[::1]:7600` without the port, and without the dot of the root, which makes no other name of it. */
const nameOf = (host: string): string => host.replace(/\.?(:\d+)?$/, '').toLowerCase();

/** The addresses that a server listens on, and what it is called elsewhere. */
function isOwnName({ host, allowedHosts }: Pick<Config, 'host' | 'allowedHosts'>): (name: string) => boolean {
  const bound = host.includes(':') ? `[${host}]` : host;
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const plain = new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    bound.toLowerCase(),
    ...allowedHosts.map((h) => h.toLowerCase()),
  ]);
  const wild = allowedHosts
    .filter((name) => name.startsWith('*.'))
    .map((name) => name.slice(1).toLowerCase());
  if (plain.has('*')) return () => true;
  // an address says where a request goes, which no name server can change: only names can be bound anew
  const isAddress = (name: string) => /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/.test(name);
  return (name) =>
    plain.has(name) || wild.some((end) => name.endsWith(end)) || (isEverywhere && isAddress(name));
}

/**
 * Refuses what names another server (DNS rebinding), what a page of another origin sends, and changes that a form could
 * send: those need a JSON content type, also without a body. A DELETE no form can send, and no page without asking first.
 */
export function guardBrowsers(fastify: FastifyInstance, config: Config): void {
  const isOwn = isOwnName(config);
  const origins = new Set(config.corsOrigins);
  const headers =
    config.isAuthOn || isLoopback(config.host) ? ALWAYS : { ...ALWAYS, 'x-conclave-auth': 'off' };
  const ofDocs = { ...headers, 'content-security-policy': OF_DOCS };
  const ofOthers = { ...headers, 'content-security-policy': NOTHING };
  fastify.addHook('onRequest', (request, reply, done) => {
    const { url: route = '' } = request.routeOptions;
    void reply.headers(route.startsWith('/docs') ? ofDocs : ofOthers);
    done(problemOf(request, isOwn, origins) ?? undefined);
  });
}

/**
 * What browsers say of requests without an origin: images, scripts, frames. A page at another port is "same-site". Links of
 * others lead to what people read, not into frames, nor to what runners call: an open session is a sign of life.
 */
function isFetchedByOthers({ headers, routeOptions }: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest } = headers;
  if (site !== 'cross-site' && site !== 'same-site') return false;
  const isLink = mode === 'navigate' && dest === 'document';
  return !isLink || ruleOf(routeOptions.config)?.audience === 'runners';
}

function problemOf(
  request: FastifyRequest,
  isOwn: (name: string) => boolean,
  origins: ReadonlySet<string>,
): ApiProblem | null {
  const { host = '', origin, 'content-type': type } = request.headers;
  const repeated = repeatedIn(request.raw);
  if (repeated !== null) return new ApiProblem('invalid-request', `header ${repeated}: must come once.`);
  if (request.raw.httpVersion === '0.9')
    return new ApiProblem('invalid-request', 'the request does not say its version of HTTP. Say HTTP/1.1.');
  const isOld = request.raw.httpVersion === '1.0' && request.headers.host === undefined;
  if (isOld && PROBES.has(request.routeOptions.url ?? '')) return null;
  if (host === '') return new ApiProblem('invalid-request', 'header Host: must be there.');
  // a target that names a host counts for whoever stands between, whatever Host says
  const [, named = host] = request.url.startsWith('/') ? [] : (NAMED_HOST.exec(request.url) ?? []);
  for (const name of host === named ? [host] : [host, named])
    if (!isOwn(nameOf(name)))
      return new ApiProblem(
        'host-unknown',
        `this server is not called "${name.slice(0, 200)}". If it is, name that in CONCLAVE_ALLOWED_HOSTS.`,
      );
  const isForeign =
    origin === undefined
      ? isFetchedByOthers(request)
      : !origins.has(origin) && !(URL.canParse(origin) && new URL(origin).host === host);
  if (isForeign && !(request.method === 'OPTIONS'))
    return new ApiProblem(
      'origin-forbidden',
      `a page of ${origin ?? 'another site'} may not ask this server. If it should, name its origin in CONCLAVE_CORS_ORIGINS.`,
    );
  if (!CHANGES.has(request.method) || !request.routeOptions.url) return null;
  if (type === 'application/json' || /^application\/json\s*(;|$)/i.test(type ?? '')) return null;
  if (request.method === 'DELETE' && type === undefined && !hasBody(request.headers)) return null;
  return new ApiProblem(
    'media-type-unsupported',
    'what changes something must say Content-Type: application/json, also without a body.',
  );
}

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
