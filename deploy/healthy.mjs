// The image's HEALTHCHECK: 0 if this server is ready, over TLS, too.
import { get as getPlain } from 'node:http';
import { get as getTls } from 'node:https';

const { CONCLAVE_PORT: port = '7600', CONCLAVE_TLS_CERT: cert } = process.env;
const get = cert ? getTls : getPlain;
// the certificate names the server as others call it, and who answers on this port in here is this server
const asked = get({ host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false }, (answer) =>
  process.exit(answer.statusCode === 200 ? 0 : 1),
);
asked.on('error', () => process.exit(1));
