// Requests as bytes on a socket of their own: no client library mends what is odd about them.
import { connect } from 'node:net';

const ENDLESS = /^content-type: text\/event-stream/im;

export function bytesOf({ method, target, version = 'HTTP/1.1', headers, body }) {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = Buffer.from(`${method} ${target} ${version}\r\n${lines}\r\n`, 'latin1');
  return Buffer.concat([head, body ?? Buffer.alloc(0)]);
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The request for a shell, to see again what it does. */
export function shellOf(request, url) {
  const { method, target, headers, body } = request;
  const isPlain =
    target.startsWith('/') && !request.version && /^[\x20-\x7e]*$/.test(JSON.stringify(headers));
  if (!isPlain || (body && (body.length > 4_000 || body.includes(0))))
    return `printf %s ${bytesOf(request).toString('base64')} | base64 -d | nc ${new URL(url).host.replace(':', ' ')}`;
  const shown = headers
    .filter(([name]) => !/^(content-length|host|connection)$/i.test(name))
    .map(([name, value]) => ` -H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`);
  const sent = body ? ` --data-binary ${quoted(body.toString())}` : '';
  return `curl -i --path-as-is -g -X ${method}${shown.join('')}${sent} ${quoted(url + target)}`;
}

/** Resolves with the whole answer, as far as it comes: streams are cut after their first bytes. */
export async function exchange(port, bytes, { patienceMs, isFollowed = false, isHead = false }) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks = [];
    let error = null;
    const timer = setTimeout(() => {
      error = 'TIMEOUT';
      socket.destroy();
    }, patienceMs);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (isFollowed || isWhole(chunks, isHead)) socket.destroy();
    });
    socket.on('error', ({ code }) => (error ??= code));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ error, ...answerIn(Buffer.concat(chunks)) });
    });
    socket.write(bytes);
  });
}

/** All that comes of one answer is there; a connection that goes on would never end by itself. */
function isWhole(chunks, isHead) {
  const first = chunks[0].toString('latin1');
  if (ENDLESS.test(first)) return true;
  const length = /^content-length: (\d+)/im.exec(first)?.[1];
  const end = first.indexOf('\r\n\r\n');
  if (isHead && end >= 0) return true;
  if (length === undefined || end < 0) return chunks.at(-1).subarray(-5).toString('latin1') === '0\r\n\r\n';
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0) >= end + 4 + Number(length);
}

function answerIn(bytes) {
  let rest = bytes;
  let text = rest.toString('latin1');
  while (/^HTTP\/1\.1 100 /.test(text)) {
    rest = rest.subarray(text.indexOf('\r\n\r\n') + 4);
    text = rest.toString('latin1');
  }
  const end = text.indexOf('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
  if (end < 0 || status === 0) return { status: 0, headers: {}, text: '' };
  const headers = {};
  for (const line of text.slice(0, end).split('\r\n').slice(1)) {
    const at = line.indexOf(':');
    headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  const body = rest.subarray(end + 4);
  return {
    status,
    headers,
    text: (headers['transfer-encoding'] === 'chunked' ? joined(body) : body).toString(),
  };
}

function joined(body) {
  const parts = [];
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = lineEnd < 0 ? 0 : Number.parseInt(body.subarray(at, lineEnd).toString(), 16);
    if (!size) break;
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
