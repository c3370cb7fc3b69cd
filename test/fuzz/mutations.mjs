// What can be wrong with a request: first in its parts, then as it goes over the wire.
import { ODD_KEYS, ODD_TEXTS } from './values.mjs';

/** Every place in a body: [object, key]. */
function placesIn(node, found = []) {
  if (typeof node !== 'object' || node === null) return found;
  for (const key of Object.keys(node)) {
    found.push([node, key]);
    placesIn(node[key], found);
  }
  return found;
}

const JUNK = [
  ...[
    '{',
    '"',
    '[]',
    'null',
    '1',
    '',
    ' ',
    '{}x',
    '{"a":1,"a":2}',
    '\ufeff{}',
    '{"__proto__":{"x":1}}',
    "{'a':1}",
  ],
  ...[
    '{"constructor":{"prototype":{"x":1}}}',
    '{"reason":"\\ud800"}',
    '{"reason":"\\u0000"}',
    '{"reason":1e999}',
  ],
  ...['[' + '['.repeat(20_000), '{"a":'.repeat(20_000), `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ...[
    `{"reason":"${'x'.repeat(600_000)}"}`,
    `{"labels":{${Array.from({ length: 5_000 }, (_, n) => `"l${n}":""`).join(',')}}}`,
  ],
].map((text) => Buffer.from(text));
JUNK.push(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), Buffer.alloc(100));

const OF_BODY = [
  (parts, v) => {
    const places = placesIn(parts.json);
    if (places.length === 0) return;
    const [node, key] = v.pick(places);
    if (v.chance(0.3)) delete node[key];
    else node[key] = v.odd();
  },
  (parts, v) => (parts.json = { ...parts.json, [v.pick(ODD_KEYS)]: v.odd() }),
  (parts, v) => {
    const places = placesIn(parts.json).filter(([node, key]) => typeof node[key] === 'string');
    if (places.length === 0) return;
    const [node, key] = v.pick(places);
    node[key] = v.pick(ODD_TEXTS);
  },
  (parts) => (parts.json = [parts.json]),
  (parts, v) => (parts.raw = v.pick(JUNK)),
];

const OF_QUERY = [
  (parts, v) => {
    if (parts.query.length > 0) v.pick(parts.query)[1] = v.pick(ODD_TEXTS);
  },
  (parts, v) => {
    if (parts.query.length > 0) parts.query.push([...v.pick(parts.query)]);
  },
  (parts, v) => parts.query.push([v.pick(ODD_KEYS), v.pick(ODD_TEXTS)]),
  (parts, v) =>
    parts.query.push([v.pick(['limit[]', 'limit.x', 'LIMIT', 'limit ', 'reason', 'time', 'from']), '1']),
];

const OF_PATH = (parts, v) => {
  const names = Object.keys(parts.params);
  if (names.length > 0) parts.params[v.pick(names)] = v.pick(ODD_TEXTS);
};

// prettier-ignore
const TYPES = [
  null, 'text/plain', 'application/xml', 'application/json; charset=utf-16', 'APPLICATION/JSON', ';', '', '*/*',
  'application/json;charset=utf-8', 'multipart/form-data; boundary=x', 'application/jsonx',
];
const OF_TYPE = (parts, v) => (parts.type = v.pick(TYPES));
const OF_METHOD = (parts, v) =>
  (parts.method = v.pick([
    'GET',
    'PUT',
    'POST',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'PATCH',
    'TRACE',
    'PROPFIND',
    'QUERY',
  ]));

/** Header values of bytes: what is not Latin-1 cannot be sent, and line ends would be other headers. */
const headerText = (text) => text.replaceAll(/[\r\n\0]|[^\p{ASCII}]/gu, '~');
const NAMES = [
  'If-Match',
  'Idempotency-Key',
  'X-Conclave-Actor',
  'X-Conclave-Secret',
  'Last-Event-ID',
  'Accept',
];
const MORE = [
  'Authorization',
  'Origin',
  'Host',
  'Expect',
  'Sec-Fetch-Site',
  'Upgrade',
  'Cookie',
  'Range',
  'Forwarded',
];
const OF_HEADERS = [
  (parts, v) => parts.headers.push([v.pick([...NAMES, ...MORE]), headerText(v.pick(ODD_TEXTS))]),
  (parts, v) => {
    const name = v.pick(NAMES);
    parts.headers.push([name, '"1"'], [name, '"2"']);
  },
  (parts, v) =>
    parts.headers.push(
      v.pick([
        ['Origin', 'http://evil.example'],
        ['Origin', 'null'],
        ['X-Big', 'x'.repeat(17_000)],
      ]),
    ),
];

const OF_PARTS = [
  OF_BODY,
  OF_BODY,
  OF_BODY,
  OF_QUERY,
  OF_QUERY,
  [OF_PATH],
  [OF_TYPE],
  [OF_METHOD],
  OF_HEADERS,
];

export function mutateParts(parts, values) {
  for (let n = 1 + values.below(2); n > 0; n--) values.pick(values.pick(OF_PARTS))(parts, values);
}

const asHex = (letter) => `%${letter.charCodeAt(0).toString(16)}`;
const targeted = (change) => (request, v) => (request.target = change(request.target, v));
const WIRE = [
  targeted((target, v) => target.replaceAll(/[a-z]/g, (letter) => (v.chance(0.2) ? asHex(letter) : letter))),
  targeted((target) => target.replaceAll('%', '%25')),
  targeted((target, v) =>
    target.replace('/v1', v.pick(['//v1', '/v1/', '/x/../v1', '/./v1', '/%2e%2e/v1', '/V1', '\\v1'])),
  ),
  targeted(
    (target, v) =>
      `${v.pick(['http://localhost', 'http://evil.example', 'https://127.0.0.1:1', 'x://'])}${target}`,
  ),
  targeted((target, v) =>
    target.replace(/(\?|$)/, v.pick(['/$1', '#$1', ';a=1$1', '%00$1', '%ff$1', '%$1', '/.$1', '%2f$1'])),
  ),
  targeted(
    (target, v) => target + v.pick(['?', '&', '&&=&', '?limit=1', '#x', '&limit', '%', '&a=%zz', '&=']),
  ),
  targeted((target, v) =>
    v.pick(['*', '/', '', '?', '//', '/v1', `/${'a'.repeat(9_000)}`, target.replaceAll('/', '//')]),
  ),
  (request, v) =>
    (request.version = v.pick(['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'http/1.1', '', 'HTTP/1.1 x'])),
  (request, v) => (request.method = v.pick(['get', 'CONNECT', 'BLAH', 'G@T', '', 'GET ', 'PRI'])),
  (request, v) => request.headers.splice(v.below(request.headers.length), 1),
  (request, v) => request.headers.push([...v.pick(request.headers)]),
  (request) => request.headers.push(['Transfer-Encoding', 'chunked']),
  (request, v) => request.headers.push([v.pick(['Bad Header', '', 'X:', 'x\u0001']), 'x']),
  (request, v) => {
    if (request.body) request.body = request.body.subarray(0, v.below(request.body.length));
    fitLength(request);
  },
];

function fitLength(request) {
  for (const header of request.headers)
    if (header[0] === 'Content-Length') header[1] = request.body?.length ?? 0;
}

export function mutateWire(request, values) {
  values.pick(WIRE)(request, values);
}
