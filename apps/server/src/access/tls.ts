import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createSecureContext,
  type SecureContextOptions,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import { refuseReplaced, stampOf } from '@conclave/access';
import { ConfigError, namedBy, type TlsFiles } from '../environment/config.js';
import type { Logger } from '../environment/logger.js';
import type { UnusedFiles } from './unused-files.js';
import type { ShownCertificate } from './shown-certificate.js';

const LOOK_MS = 1_000;
/** Certificate, key and authorities of clients are read together. */
const TLS_FILES = 'the files of TLS';

export type TlsOptions = SecureContextOptions & { requestCert: boolean; rejectUnauthorized: false };

/** Certificates of clients are asked for, and judged with the request: a token will do without one. Throws {@link ConfigError}. */
export function readTls(files: TlsFiles): TlsOptions {
  try {
    const clients =
      files.clientCa === undefined ? {} : vouchedFor(read('CONCLAVE_TLS_CLIENT_CA', files.clientCa));
    const shown: SecureContextOptions = {
      cert: holding(read('CONCLAVE_TLS_CERT', files.cert), 'CERTIFICATE', files.cert),
      key: holding(read('CONCLAVE_TLS_KEY', files.key), 'PRIVATE KEY', files.key),
      ...clients,
      minVersion: 'TLSv1.2',
    };
    checkOwn(files, shown as Record<'cert' | 'key', string>);
    createSecureContext(shown);
    return { ...shown, requestCert: files.clientCa !== undefined, rejectUnauthorized: false };
  } catch (error) {
    throw new ConfigError(`TLS: ${(error as Error).message}`);
  }
}

/** What is no certificate, or another one's key: of TLS that would be `key values mismatch`. */
function checkOwn(files: TlsFiles, { cert, key }: Record<'cert' | 'key', string>): void {
  if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return;
  throw new Error(
    `the key in "${files.key}" is not that of the first certificate in "${files.cert}": that must be the server's own, and those between it and the root follow`,
  );
}

const read = (variable: string, path: string): string => namedBy(variable, () => readFileSync(path, 'utf8'));

/** Empty, as in the middle of a renewal or on a full disk, would do until somebody connects. */
function holding(text: string, what: string, path: string): string {
  if (text.includes(`${what}-----`)) return text;
  throw new Error(`"${path}" holds no ${what}`);
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const REVOKED = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g;
const BEGUN = /-----BEGIN (CERTIFICATE|X509 CRL)-----/g;

/** Throws for a text that names no authority: to Node that would mean all that it trusts by itself. */
function vouchedFor(text: string): Pick<SecureContextOptions, 'ca' | 'crl'> {
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw new Error('the file of authorities of clients holds no certificate');
  for (const one of found) new X509Certificate(one);
  const lists = text.match(REVOKED) ?? []; // whoever puts them there takes it that they count
  // as on a full disk: without that list whoever stands on it would be let in again
  if (text.match(BEGUN)!.length > found.length + lists.length)
    throw new Error('the file of authorities of clients holds a certificate or a list that is cut off');
  return { ca: found, ...(lists.length > 0 && { crl: lists }) };
}

const trustIn = ({ ca, crl }: TlsOptions): string => JSON.stringify([ca, crl]);

/** Connections whose client shows a certificate. */
function socketsThatShow(server: TlsServer): ReadonlySet<TLSSocket> {
  const showing = new Set<TLSSocket>();
  server.on('secureConnection', (socket) => {
    if (!socket.getPeerCertificate()?.subject) return;
    showing.add(socket);
    socket.once('close', () => showing.delete(socket));
  });
  return showing;
}

/** New connections get the new certificate soon after the files change; one that cannot be used leaves the old one. Call to end it. */
export function reloadTls(
  server: TlsServer,
  files: TlsFiles,
  shown: ShownCertificate,
  logger: Logger,
  unused: UnusedFiles,
): () => void {
  const stamps = () =>
    [files.cert, files.key, files.clientCa].map((path) => (path === undefined ? '' : stampOf(path)));
  let seen = stamps();
  const atStart = readTls(files);
  let trusted = trustIn(atStart);
  shown.shows(String(atStart.cert));
  let told: string | undefined;
  const tell = (): void => {
    const [warning] = shown.warnings(Date.now());
    if (warning !== undefined && warning !== told) logger.warn(warning);
    told = warning;
  };
  tell();
  const showing = socketsThatShow(server);
  const timer = setInterval(() => {
    tell();
    const now = stamps();
    const before = seen;
    if (now.join() === before.join()) return;
    seen = now;
    try {
      now.forEach((stamp, n) => refuseReplaced(stamp, before[n]!));
      const read = readTls(files);
      server.setSecureContext(read);
      shown.shows(String(read.cert));
      // what others vouched for counts no more: whoever still may comes again at once
      if (trustIn(read) !== trusted) for (const socket of showing) socket.destroy();
      trusted = trustIn(read);
      unused.note(TLS_FILES, true);
      logger.info('the TLS certificate was read again');
    } catch (error) {
      unused.note(TLS_FILES, false);
      logger.error(
        `the TLS certificate cannot be read again, the one before stays: ${(error as Error).message}`,
      );
    }
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
