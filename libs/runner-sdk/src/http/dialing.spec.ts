import { afterAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { askerFor, textOf } from './dialing.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-dialing-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a file of authorities without any is no reason to trust those that Node knows', async () => {
  const ca = join(folder, 'ca.pem');
  for (const text of ['', 'no certificate']) {
    writeFileSync(ca, text);
    await expect(askerFor({ ca })('https://127.0.0.1:1/')).rejects.toThrow('holds no certificate');
  }
});

it('nobody is followed elsewhere: what is shown is not for whoever that is', async () => {
  const asked: (string | undefined)[] = [];
  const elsewhere = createServer((request, response) => {
    asked.push(request.url);
    response.end('{}');
  });
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const to = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
  const leading = createServer((_, response) => response.writeHead(308, { location: to }).end());
  leading.listen(0, '127.0.0.1');
  await once(leading, 'listening');
  const url = `http://127.0.0.1:${(leading.address() as AddressInfo).port}`;
  await expect(askerFor({})(`${url}/v1/x`, { headers: { 'x-conclave-secret': 's' } })).rejects.toThrow(
    `${url} leads elsewhere (308, to ${to}), which is not followed`,
  );
  expect(asked).toEqual([]);
  for (const server of [elsewhere, leading]) {
    server.closeAllConnections();
    server.close();
  }
});

it('an answer that has no end is left, and whoever gives it named', async () => {
  const piece = Buffer.alloc(2 ** 16, 'a');
  const endless = createServer((_, response) => {
    const go = (): void => void (response.destroyed || response.write(piece, go));
    go();
  }).listen(0, '127.0.0.1');
  await once(endless, 'listening');
  const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
  await expect(textOf(url, await askerFor({})(url))).rejects.toThrow(`${url} answers with more than 16 MiB`);
  endless.close();
  await once(endless, 'close'); // nobody holds a connection
});

it('who was not reached is named, and why', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, 'close');
  const failed = askerFor({})(`http://127.0.0.1:${port}/v1/x`);
  await expect(failed).rejects.toMatchObject({
    message: `http://127.0.0.1:${port} was not reached: ECONNREFUSED`,
    cause: { code: 'ECONNREFUSED' },
  });
});

it('who ends the connection without an answer may speak TLS', async () => {
  const rude = createTcpServer((socket) => socket.once('data', () => socket.end())).listen(0, '127.0.0.1');
  await once(rude, 'listening');
  const { port } = rude.address() as AddressInfo;
  await expect(askerFor({})(`http://127.0.0.1:${port}/v1/x`)).rejects.toMatchObject({
    message: `http://127.0.0.1:${port} was not reached: ECONNRESET; is it https://?`,
  });
  rude.close();
});

it('who does not speak TLS may be called by http', async () => {
  const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(askerFor({})(`https://127.0.0.1:${port}/v1/x`)).rejects.toThrow(
    /ERR_SSL_\w+; is it http:\/\/\?$/,
  );
  server.close();
});

it('whom nobody vouches for that is known here is named with what to do', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'nobody' }]);
  const server = createTlsServer({ key, cert }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(askerFor({})(`${url}/v1/x`)).rejects.toThrow(
    `${url} was not reached: DEPTH_ZERO_SELF_SIGNED_CERT; name the file of the authority that vouches for it (ca)`,
  );
  server.close();
});

it('who is vouched for by somebody between, whom the server leaves out, is told of with what is wrong', async () => {
  const extensions = [{ name: 'basicConstraints' as const, cA: true, critical: true }];
  const root = await generate([{ name: 'commonName', value: 'root' }], { extensions });
  const ofRoot = { cert: root.cert, key: root.private };
  const between = await generate([{ name: 'commonName', value: 'between' }], { extensions, ca: ofRoot });
  const ofBetween = { cert: between.cert, key: between.private };
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }], { ca: ofBetween });
  const server = createTlsServer({ key, cert }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  for (const [authority, said] of [
    [root, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE; name the file .* the server leaves out those between'],
    [between, 'UNABLE_TO_GET_ISSUER_CERT; the file of authorities .* needs the root, too'],
  ] as const) {
    const ca = join(folder, `chain-${said.length}.pem`);
    writeFileSync(ca, authority.cert);
    await expect(askerFor({ ca })(url)).rejects.toThrow(new RegExp(said));
  }
  server.close();
});

it('who wants a certificate to be shown is not asked for http', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  const ca = join(folder, 'localhost.pem');
  writeFileSync(ca, cert);
  const wanting = { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' as const };
  const server = createTlsServer({ key, cert, ...wanting }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  await expect(askerFor({ ca })(`${url}/v1/x`)).rejects.toThrow(
    /ERR_SSL_\S+_HANDSHAKE_FAILURE; it may want a client certificate/,
  );
  server.close();
});

it('who trusts the same file shares connections: each is a handshake', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  const ca = join(folder, 'shared.pem');
  writeFileSync(ca, cert);
  let handshakes = 0;
  const server = createTlsServer({ key, cert }, (_request, response) => response.end('{}'));
  server.on('secureConnection', () => handshakes++).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  for (let runner = 0; runner < 3; runner++) await textOf(url, await askerFor({ ca })(url));
  expect(handshakes).toBe(1);
  server.closeAllConnections();
  server.close();
});

it('who has answered before does not speak TLS all of a sudden', async () => {
  const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = askerFor({});
  await textOf(url, await asked(url));
  server.removeAllListeners('request').on('request', (_request, response) => response.socket!.destroy());
  await expect(asked(url)).rejects.toMatchObject({
    message: expect.stringMatching(/was not reached: ECONNRESET$/),
  });
  server.close();
});
