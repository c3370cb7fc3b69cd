// The image's HEALTHCHECK: 0 if this server is ready, over TLS, too: that may be set in its variables, a flag or a file.
import { get as getPlain } from 'node:http';
import { get as getTls } from 'node:https';

const { CONCLAVE_PORT: port = '7600' } = process.env;
// the certificate names the server as others call it, and who answers on this port in here is this server
const options = { host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false };
function ask(get, otherwise) {
  get(options, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', otherwise);
}
ask(getPlain, () => ask(getTls, () => process.exit(1)));
