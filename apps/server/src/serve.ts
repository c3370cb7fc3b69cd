import 'reflect-metadata';
import { StoreError, type EventStore } from '@conclave/event-store';
import { VERSION } from '@conclave/kernel';
import type { Server } from './create-server.js';
import {
  accessWarnings,
  ConfigError,
  configOf,
  KNOWN_VARIABLES,
  unknownVariables,
  valuesFrom,
  type Config,
} from './environment/config.js';
import { rereading } from './environment/rereading.js';
import { shownAsText, shownFrom, type Shown } from './environment/shown.js';
import { openFilesWarning } from './environment/open-files.js';
import { gather } from './environment/sources.js';
import { protect } from './environment/beside-store.js';
import { openStore } from './open-store.js';
import { loggerFor, type Logger } from './environment/logger.js';

/** One line on stderr that says what is wrong and what to do, then a non-zero exit. */
function refuse(problem: string): never {
  process.stderr.write(`conclave: ${problem}\n`);
  process.exit(1);
}

function problemOf(error: unknown, { host, port }: Partial<Config>): string {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof ConfigError) return `wrong configuration: ${message}`;
  if (error instanceof StoreError) return message;
  if (code === 'EADDRINUSE')
    return `port ${port} on ${host} is in use, perhaps by another Conclave. Stop it, or set CONCLAVE_PORT (0 = any free port).`;
  if (code === 'EACCES' && syscall === 'listen')
    return `port ${port} on ${host} may not be used by this user. Set CONCLAVE_PORT to 1024 or above.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `"${host}" is no address of this machine. Set CONCLAVE_HOST.`;
  if (code === 'EAI_AGAIN')
    return `"${host}" cannot be looked up now: no name server answers (EAI_AGAIN). Set CONCLAVE_HOST to an address.`;
  return `cannot start: ${(error as Error).stack ?? message}`;
}

const HELP = `conclave serve: runs a server. Every variable of docs/configuration.md is a flag, too, and a key of a YAML file:
  --config <file>     keys like "port: 7600"; or CONCLAVE_SERVER_CONFIG. Flags come before the environment, that before the file
  --print-config      what is in force and where it comes from, secrets left out; with --json as JSON
  --port, --host, --store, --log-level, --auth, --tls-cert, …
`;

/** Asked only, nothing is started. */
function answer(text: string): void {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) =>
    code === 'EPIPE' ? process.exit() : refuse(`what it says cannot be written: ${message}`),
  );
  process.stdout.write(text);
}

const printed = (rows: readonly Shown[], isJson: boolean): string =>
  isJson ? `${JSON.stringify(rows, null, 2)}\n` : shownAsText(rows);

/** A process whose store is lost is of no use; what was acknowledged is durable, and a supervisor starts it again. */
const end = (error: Error): never => refuse(error.message);

/** Starts the server and stays until it is told to stop. */
export async function serve(
  argv: readonly string[],
  given: Record<string, string | undefined>,
): Promise<void> {
  // libraries' own affairs (DEP0123 of gRPC for an IP address) are nothing that an operator can mend
  process.noDeprecation = true;
  let config: Partial<Config> = {};
  try {
    const told = gather(argv, given, KNOWN_VARIABLES);
    const { environment, wish } = told;
    if (wish === 'help') return answer(HELP);
    if (wish === 'version') return answer(`${VERSION}\n`);
    const values = valuesFrom(environment, told.origins);
    const full = configOf(values);
    config = full;
    const CONCLAVE_AUTH = full.isAuthOn ? 'on' : 'off'; // what other values make of it
    const rows = shownFrom(KNOWN_VARIABLES, { ...values, CONCLAVE_AUTH }, told);
    if (wish !== 'serve') return answer(printed(rows, wish === 'print-json'));
    const logger = loggerFor(full);
    const set = rows.filter(({ from }) => from !== 'default' && from !== 'not set');
    const configuration = Object.fromEntries(
      set.map(({ name, value, from }) => [name, `${value} (${from})`]),
    );
    const onHangup = { act: (): void => undefined }; // while it starts that must not end the process
    if (!process.stdin.isTTY) process.on('SIGHUP', () => onHangup.act());
    logger.info({ version: VERSION, configuration }, 'starting; what is not named here is as by default');
    for (const name of unknownVariables(environment))
      logger.warn(`unknown variable ${name} is ignored; is it misspelt?`);
    const opening = openStore(full, end); // by a thread of its own, while this one loads what serves: that takes as long
    opening.catch(() => undefined); // it is waited for below
    await import('./create-server.js');
    const store = await opening;
    protect(full, logger); // not before it is known to be ours
    const begun: { server?: Server } = {};
    outliveDefects(begun, logger);
    const running = Object.assign(begun, { server: await started(full, store, logger) });
    const files = openFilesWarning(full.limits.connections);
    for (const warning of [...accessWarnings(full), ...(files ? [files] : [])]) logger.warn(warning);
    const stop = stopOnSignals(running); // before the ready line: whoever reads it may signal at once
    // who closes a terminal wants what runs in it to end; a service manager wants what can be read again to be
    if (process.stdin.isTTY) process.on('SIGHUP', stop);
    else onHangup.act = rereading(argv, given, values, logger);
    startAnewWhenWorthless(running, { ...full, port: Number(new URL(running.server.url).port) }, logger);
    process.stdout.on('error', () => undefined); // whoever waited for this line has gone
    process.stdout.write(
      `conclave listening on ${running.server.url} (store: ${running.server.storeName})\n`,
    );
  } catch (error) {
    refuse(problemOf(error, config));
  }
}

/** Once more without its snapshot, if that is one that cannot be used. */
async function started(config: Config, store: EventStore, logger: Logger): Promise<Server> {
  const { createServer } = await import('./create-server.js');
  const { SnapshotUnusable } = await import('@conclave/node');
  return createServer(config, store, logger).catch(async (error: unknown) => {
    if (!(error instanceof SnapshotUnusable)) throw error;
    logger.warn(error.message);
    return createServer(config, await openStore(config, end), logger);
  });
}

/**
 * L6 and docs/restore.md: a server that was deaf for an hour, or whose log was replaced, closes everything
 * and begins as after a start.
 */
function startAnewWhenWorthless(running: { server: Server }, config: Config, logger: Logger): void {
  running.server.node.onWorthless = (why) => {
    logger.error(`${why}: starting anew`);
    running.server.node.onWorthless = () => undefined;
    const anew = async (): Promise<void> => {
      await running.server.close();
      running.server = await started(config, await openStore(config, end), logger);
      startAnewWhenWorthless(running, config, logger);
    };
    anew().catch((error: unknown) => refuse(problemOf(error, config)));
  };
  const { worthless } = running.server.node;
  if (worthless !== undefined) running.server.node.onWorthless(worthless); // since before it listened
}

/**
 * A promise that nobody waited for harms nobody; an exception that nobody caught may have left anything half
 * done.
 */
function outliveDefects(running: { server?: Server }, logger: Logger): void {
  process.on('unhandledRejection', (reason) => {
    if (running.server) running.server.node.defects.record('promise', reason);
    else logger.error({ err: reason }, 'defect: it goes on; please report it');
  });
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'defect: stopping at once, nothing acknowledged is lost; please report it');
    process.exit(1);
  });
}

/** Returns what stops the server, or ends it at once when it is asked twice. */
function stopOnSignals(running: { server: Server }): () => void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    void running.server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  return stop;
}
