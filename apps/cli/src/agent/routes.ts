import { isIP } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Lead } from './lead.js';
import type { LeaderNews } from './leader-news.js';

export interface Answering {
  group: string;
  id: string;
  /** Name or address that it listens on. */
  host: string;
  lead: Lead;
  news: LeaderNews;
  /** In one word, how the runner stands. */
  status: () => string;
}

const ROUTES = '/leader, /is-leader, /term, /certificate, /healthz';
/** Fastify itself would wait for ever for the end of a request. */
const REQUEST_MS = 10_000;
const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/** What an agent answers to the programs beside it (docs/traffic.md), not listening yet. */
export function routesOf(about: Answering): FastifyInstance {
  const { lead, status } = about;
  const app = fastify({ forceCloseConnections: true, requestTimeout: REQUEST_MS });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (isOwnName(request, about.host)) return;
    await reply
      .code(421)
      .send(`this agent is not called "${request.headers.host}": use its address, or localhost\n`);
  });
  const not = (reply: FastifyReply) =>
    reply.code(503).send(`"${about.id}" does not lead (${whyNot(about)})\n`);
  app.get('/healthz', async () => ({ status: 'ok', runner: status() }));
  app.get(
    '/leader',
    async (_request, reply) => leaderOf(about) ?? reply.code(503).send('no server was heard yet\n'),
  );
  app.route({
    method: ['GET', 'OPTIONS'],
    url: '/is-leader',
    handler: async (_request, reply) => isLeader(about, reply),
  });
  app.get('/term', async (_request, reply) => (lead.now ? `${lead.now.term}\n` : not(reply)));
  app.get('/certificate', async (request, reply) => {
    if (!LOOPBACK.test(request.ip)) return reply.code(403).send('only for programs on this machine\n');
    return lead.now?.certificate() ?? not(reply);
  });
  app.setNotFoundHandler(async ({ method, url }, reply) =>
    reply.code(404).send(`${method} ${url} is not answered here; GET ${ROUTES} are\n`),
  );
  return app;
}

/** How it stands, in a word; for the SDK it leads until its work has ended. */
const whyNot = ({ status }: Answering): string => (status() === 'leading' ? 'handing over' : status());

function isLeader(answering: Answering, reply: FastifyReply): object {
  const { group, id, lead } = answering;
  const { now } = lead;
  const about = { leads: now !== null, group, runner: id };
  if (now) return { ...about, term: now.term };
  void reply.code(503);
  return { ...about, why: whyNot(answering) };
}

/** What this runner knows of itself goes before what a server said. */
function leaderOf({ group, id, lead, news }: Answering): object | null {
  const { now } = lead;
  if (now) return { group, leads: true, state: 'led', term: now.term, leader: id, ageMs: 0 };
  const { last } = news;
  if (!last) return null;
  const { state, term, leader } = last.reply;
  return { group, leads: false, state, term, leader: leader?.runner ?? null, ageMs: last.ageMs };
}

/** A name can be made to mean this machine by a page that somebody has open; an address cannot. */
function isOwnName({ headers: { host } }: FastifyRequest, listensOn: string): boolean {
  if (host === undefined) return true; // HTTP/1.0, as balancers check
  const name = host
    .replace(/\.?(:\d+)?$/, '') // the dot of the root makes no other name of it
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return name === 'localhost' || name === listensOn.toLowerCase() || isIP(name) > 0;
}
