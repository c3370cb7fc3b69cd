import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { StoreUnusable, type EventStore } from '@conclave/event-store';
import { randomUuid, Seldom } from '@conclave/kernel';
import { sweep } from './environment/beside-store.js';
import type { Config } from './environment/config.js';
import { DecisionLog, Node, SnapshotUnusable, TICK_MS } from '@conclave/node';
import { openAccess } from './access/open-access.js';
import { UnusedFiles } from './access/unused-files.js';
import { ShownCertificate } from './access/shown-certificate.js';
import { readTls, reloadTls } from './access/tls.js';
import { noteReads } from './http/access/note-reads.js';
import { guardAccess } from './http/access/guard-access.js';
import { demandRules, refuseUntaken } from './http/edge/rules.js';
import { guardBrowsers } from './http/edge/guard-browsers.js';
import { Admission } from './http/admission/admission.js';
import { guardAdmission } from './http/admission/guard-admission.js';
import { guardConnections, headersMs } from './http/admission/guard-connections.js';
import { writeTogether } from './http/admission/write-together.js';
import { noteRoutes } from './http/edge/allowed-methods.js';
import { ORDER_LIMIT } from './http/admission/bodies.js';
import { readJson } from './http/admission/json-bodies.js';
import { answerBeatsDirectly } from './http/runners/direct-beats.js';
import { HeartbeatsController } from './http/runners/heartbeats.controller.js';
import { guardReadiness, tellTime } from './http/access/readiness.js';
import { serveDashboard } from './http/dashboard/serve-dashboard.js';
import { countRequests } from './metrics/count-requests.js';
import { tracerIfAny, traceRequests } from './tracing/trace.js';
import { Counts } from './metrics/counts.js';
import { describeApi } from './http/edge/openapi.js';
import { ProblemFilter } from './http/edge/problem.filter.js';
import { answerOddities, clientErrors, frameworkErrors } from './http/edge/framework-errors.js';
import { correlationIdOf } from './http/commands/order-of.js';
import { validation } from './http/edge/validation.js';
import type { Logger } from './environment/logger.js';
import { Webhooks } from './webhooks/webhooks.js';
import { ServerModule } from './server.module.js';

/** A request without Host gets a problem from {@link guardBrowsers}; Node would answer it with nothing. */
const HTTP = { connectionsCheckingInterval: 1_000, requireHostHeader: false };
/** How long the ready line waits for the log to be read; a store that is away must not hold up `/readyz`. */
const CATCH_UP_MS = 600_000;

/** How long requests that run may take when the server stops. */
const DRAIN_MS = 3_000;
const LEAVING_MS = 20;
/** CPU that a stream costs where it has to shake hands first: measured 1.5 to 2, and its beats connect, too. */
const HANDSHAKE_MS = 2;

export interface Server {
  url: string;
  storeName: string;
  node: Node;
  close(): Promise<void>;
}

/** The Nest application, not listening yet; tests and the OpenAPI export use it as it is. */
export async function createApplication(
  config: Config,
  store: EventStore,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const { limits } = config;
  const adapter = new FastifyAdapter({
    bodyLimit: ORDER_LIMIT,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: (request: { headers: IncomingHttpHeaders }) => correlationIdOf(request.headers) ?? randomUuid(),
    routerOptions: { maxParamLength: 16_384 }, // names are judged by the contract, in its words
    frameworkErrors,
    clientErrorHandler: clientErrors,
    ...(config.tls
      ? { https: { ...readTls(config.tls), handshakeTimeout: headersMs(limits), ...HTTP } }
      : { http: HTTP }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    ServerModule.with(config, store, logger),
    adapter,
    { logger: false, bodyParser: false, abortOnError: false },
  );
  const fastify = adapter.getInstance();
  answerOddities(fastify.server);
  readJson(fastify);
  noteRoutes(fastify);
  demandRules(fastify);
  refuseUntaken(fastify);
  app.useGlobalPipes(validation());
  const node = app.get(Node);
  const problems = new ProblemFilter(node, logger, fastify);
  app.useGlobalFilters(problems);
  answerBeatsDirectly(fastify, app.get(HeartbeatsController), problems);
  const tracer = tracerIfAny();
  if (tracer) traceRequests(fastify, tracer);
  countRequests(fastify, app.get(Counts));
  tellTime(fastify, node);
  guardBrowsers(fastify, config);
  if (config.corsOrigins.length > 0) app.enableCors(corsFor(config.corsOrigins));
  if (config.isAuthOn) noteReads(fastify, logger); // first: whoever is refused goes no further
  guardAccess(fastify, openAccess(config, node, logger, app.get(UnusedFiles)), node);
  guardReadiness(fastify, node);
  guardAdmission(fastify, app.get(Admission));
  writeTogether(fastify, (error) => node.defects.record('answer', error));
  await serveDashboard(fastify);
  describeApi(app);
  const tooMany = new Seldom((message) => logger.warn(message));
  const { unread, arrivals } = app.get(Admission);
  guardConnections(app.getHttpServer(), limits, unread, arrivals, (tooManyOf, why) => {
    app.get(Counts).connectionClosed(tooManyOf);
    tooMany.tell(tooManyOf, why, performance.now());
  });
  return app;
}

/** What pages of other origins may do: all that their credential may. */
const corsFor = (origins: readonly string[]) => ({
  origin: [...origins],
  methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
  exposedHeaders: ['etag', 'retry-after', 'x-correlation-id', 'x-conclave-stale-ms'],
  maxAge: 600,
});

/**
 * Opens the port at once; resolves when the whole log has been read (or the store cannot be reached yet). Rejects if it
 * cannot serve.
 */
export async function createServer(config: Config, store: EventStore, logger: Logger): Promise<Server> {
  sweep(config);
  if (store.problem) logger.warn(store.problem);
  const app = await createApplication(config, store, logger).catch(async (error: unknown) => {
    await store.close(); // else the next start has to look through all of it
    throw error;
  });
  const node = app.get(Node);
  node.listen(new DecisionLog(logger, config.instance, () => node.tail.isCaughtUp));
  const begun = node.start();
  begun.catch(() => undefined); // it is waited for below
  const webhooks = app.get(Webhooks);
  const tick = (): void => {
    if (!node.health.hasBegun) return;
    node.tick();
    node.defects.guard('webhooks', () => webhooks.tick());
  };
  const timer = setInterval(tick, TICK_MS);
  let stopReload: (() => void) | undefined;
  const close = async (): Promise<void> => {
    stopReload?.();
    clearInterval(timer);
    node.drain(config.tls && HANDSHAKE_MS);
    const http = app.getHttpServer();
    const impatience = setTimeout(() => http.closeAllConnections(), DRAIN_MS);
    const leaving = setInterval(() => http.closeIdleConnections(), LEAVING_MS); // whose answers are over by now
    await app.close(); // waits for the requests that run
    clearTimeout(impatience);
    clearInterval(leaving);
    await webhooks.stop();
    await node.stop();
  };
  try {
    // before anybody can connect: whoever does shows a certificate that may count no more tomorrow
    const server = app.getHttpServer() as unknown as TlsServer;
    stopReload =
      config.tls && reloadTls(server, config.tls, app.get(ShownCertificate), logger, app.get(UnusedFiles));
    await app.listen(config.port, config.host); // /healthz is answered while the log is compared and read
    await begun;
    await node.tail.until(
      () => node.tail.isCaughtUp || node.health.whyAnotherLog() !== null || node.tail.interruption !== null,
      CATCH_UP_MS,
    );
    const { interruption } = node.tail;
    if (interruption instanceof StoreUnusable && !config.waitForStore) throw interruption;
    if (node.tail.failure instanceof SnapshotUnusable) throw node.tail.failure;
    if (node.tail.failure) throw new StoreUnusable(node.tail.failure.message);
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  webhooks.begin(app.getHttpServer().address() as AddressInfo);
  void node.warm().catch(() => undefined); // it stops
  const { writer } = node.presence; // as `conclave servers` calls it
  logger.info({ groups: node.groups.size, position: node.tail.position, writer }, 'serving');
  return { url: `${config.tls ? 'https' : 'http'}://${host}:${port}`, storeName: store.name, node, close };
}
