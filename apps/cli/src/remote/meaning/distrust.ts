import { WANTS_CERTIFICATE } from '@conclave/runner-sdk';

const UNKNOWN_CA = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** What it may be where that file is named. */
const CHAIN: Record<string, string> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    '; if it is named, this one is of another authority, or the server leaves out those between (CONCLAVE_TLS_CERT)',
  UNABLE_TO_GET_ISSUER_CERT: '; if it is named, it holds one between, and needs the root, too',
};

/** What is wrong with TLS, and what to do; null if it is something else: a server that does answer is not to be started. */
export function distrust(url: string, error: Error & { code?: string }): string | null {
  const { code = '', message } = error;
  if (UNKNOWN_CA.has(code))
    return `the certificate of ${url} is not trusted (${code}): name the file of the authority that vouches for it with --ca, CONCLAVE_CA or the config file${CHAIN[code] ?? ''}.`;
  if (code === 'INVALID_PURPOSE')
    return `the certificate of ${url} is not one for servers (${code}): it needs serverAuth, if it says what it is for.`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `the certificate of ${url} is not valid now (${code}): renew it there, or set the clock here.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate of ${url} is for another name (${message}): ask for the server by a name that it has.`;
  if (WANTS_CERTIFICATE.test(code))
    return `${url} ended the TLS connection (${code}): does it want a client certificate that it knows (--cert, --key)?`;
  if (/^ERR_SSL_.*ALERT/.test(code)) return `${url} ended the TLS connection (${code}).`; // it speaks it
  if (code.startsWith('ERR_SSL_')) return `${url} does not speak TLS as it should (${code}): is it http://?`;
  return null;
}
