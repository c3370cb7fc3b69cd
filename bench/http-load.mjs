// A keep-alive HTTP/1.1 client that costs as little as possible: the load shares two cores with the server it
// loads.
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Servers of the benches serve TLS where they are told to; whom they trust is not what is measured. */
const dial = process.env.CONCLAVE_TLS_CERT
  ? (port) => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  : (port) => connect(port, '127.0.0.1');

export class Connection {
  constructor(port) {
    this.port = port;
    this.open();
  }

  open() {
    const socket = (this.socket = dial(this.port));
    socket.setNoDelay(true);
    this.buffer = '';
    this.waiting = null;
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.waiting?.({ status: 0, body: '' }));
  }

  take(chunk) {
    this.buffer += chunk;
    const end = this.buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.buffer)?.[1] ?? 0);
    if (this.buffer.length < end + 4 + length) return;
    const answer = {
      status: Number(this.buffer.slice(9, 12)),
      body: this.buffer.slice(end + 4, end + 4 + length),
    };
    this.buffer = '';
    const { waiting } = this;
    this.waiting = null;
    waiting(answer);
  }

  /** `status` 0: the connection broke; the next one is over a new one. */
  send(method, path, body, headers = {}) {
    const more = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const text = body === undefined ? '' : JSON.stringify(body);
    if (this.socket.destroyed) this.open();
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.socket.write(
        `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${more}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      );
    });
  }

  close() {
    this.socket.destroy();
  }
}

/** Keeps `connections` busy with what `next(connection, connections)` gives until `ms` have passed. */
export async function load(port, connections, ms, next) {
  const latencies = [];
  let failed = 0;
  const endMs = performance.now() + ms;
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const connection = new Connection(port);
      while (performance.now() < endMs) {
        const [method, path, body] = next(index, connections);
        const sentMs = performance.now();
        const { status } = await connection.send(method, path, body);
        latencies.push(performance.now() - sentMs);
        if (status === 0 || status >= 400) failed++;
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  return { perSecond: latencies.length / seconds, latencies, failed };
}

export const quantile = (values, q) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
export const median = (values) => quantile(values, 0.5);
