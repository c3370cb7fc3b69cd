import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions, type Server as TlsServer } from 'node:tls';
import { stampOf } from '@conclave/access';
import { ConfigError, type TlsFiles } from '../environment/config.js';
import type { Logger } from '../environment/logger.js';

const LOOK_MS = 1_000;

export type TlsOptions = SecureContextOptions & { requestCert: boolean; rejectUnauthorized: false };

/** Certificates of clients are asked for, and judged with the request: a token will do without one. Throws {@link ConfigError}. */
export function readTls(files: TlsFiles): TlsOptions {
  try {
    const read = (path: string) => readFileSync(path, 'utf8');
    const ca = files.clientCa === undefined ? {} : { ca: read(files.clientCa) };
    const shown: SecureContextOptions = {
      cert: read(files.cert),
      key: read(files.key),
      ...ca,
      minVersion: 'TLSv1.2',
    };
    createSecureContext(shown); // what is no certificate, or another one's key
    return { ...shown, requestCert: files.clientCa !== undefined, rejectUnauthorized: false };
  } catch (error) {
    throw new ConfigError(`TLS: ${(error as Error).message}`);
  }
}

/** New connections get the new certificate soon after the files change; one that cannot be used leaves the old one. Call to end it. */
export function reloadTls(server: TlsServer, files: TlsFiles, logger: Logger): () => void {
  const stamp = () =>
    [files.cert, files.key, files.clientCa].map((path) => (path === undefined ? '' : stampOf(path))).join();
  let seen = stamp();
  const timer = setInterval(() => {
    const now = stamp();
    if (now === seen) return;
    seen = now;
    try {
      server.setSecureContext(readTls(files));
      logger.info('the TLS certificate was read again');
    } catch (error) {
      logger.error(
        `the TLS certificate cannot be read again, the one before stays: ${(error as Error).message}`,
      );
    }
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
