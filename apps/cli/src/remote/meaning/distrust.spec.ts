import { expect, it } from '@jest/globals';
import { distrust } from './distrust.js';

it.each([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /want a client certificate/],
  ['ERR_SSL_SSL_TLS_ALERT_HANDSHAKE_FAILURE', /want a client certificate/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /is it http:\/\/\?$/],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    /name the file .*; if it is named, .* the server leaves out those between/,
  ],
  ['UNABLE_TO_GET_ISSUER_CERT', /name the file .*; if it is named, it holds one between, and needs the root/],
  ['INVALID_PURPOSE', /is not one for servers/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /^https:\/\/a ended the TLS connection \(.*\)\.$/],
])('%s is told with what to do', (code, said) => {
  expect(distrust('https://a', Object.assign(new Error('…'), { code }))).toMatch(said);
});
