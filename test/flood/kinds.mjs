// What strangers do to a server, one kind after the other. Each connects `count` sockets; `again`: asks anew when it was answered.
const get = (path, headers = '') => `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n`;
const post = (path, body) =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const BIG = '/v1/groups/g0';
const NDJSON = 'accept: application/x-ndjson\r\n';
const whatIf = post(`${BIG}/what-if`, JSON.stringify({ settings: { failback: 'always' } }));
const asked = (text) => ({ first: () => text, again: true });

/** Routes that anybody may GET, each asked for by 1,000 connections that ask again and again. */
const READS = [
  '/v1/groups?limit=1000',
  '/v1/groups/g0',
  '/v1/groups/g0/runners',
  '/v1/groups/g0/leader',
  '/v1/groups/g0/fence?runner=r0&term=1',
  '/v1/tenures',
  '/v1/groups/g0/tenures',
  '/v1/at?time=2026-01-01T12:00:00Z',
  '/v1/groups/g0/at?time=2026-01-01T12:00:00Z',
  '/v1/groups/g0/elections?limit=100',
  '/v1/groups/g0/elections/3',
  '/v1/groups/g0/explain',
  '/v1/groups/g0/history?limit=1000',
  '/v1/groups/g0/heard?limit=10',
  '/v1/groups/g0/report',
  '/v1/groups/g0/proof?version=5',
  '/v1/groups/g0/archive',
  '/v1/head',
  '/v1/keys',
  '/v1/log',
  '/v1/clocks',
  '/v1/servers',
  '/v1/attempts',
  '/metrics',
  '/openapi.json',
  '/readyz',
];

/** Each beat of a batch names a group that nobody knows, and that would have to be looked up in the store. */
const unknownBeats = (n) =>
  Array.from({ length: 1_000 }, (_, k) => ({
    group: `unknown-${n}-${k}`,
    runner: 'r',
    incarnation: '00000000-0000-4000-8000-000000000000',
    sequence: 1,
  }));

const wrongLabels = (count) => Array.from({ length: count }, (_, n) => `"${n.toString(36)}":1`).join();

export const KINDS = {
  'batches of beats that nobody knows': {
    first: (n) => post('/v1/heartbeats', JSON.stringify({ beats: unknownBeats(n % 20) })),
    again: true,
  },
  'verify of all': asked(get('/v1/verify')),
  'verify of a group': asked(get(`${BIG}/verify`)),
  'what-if': asked(whatIf),
  evidence: asked(get(`${BIG}/evidence`)),
  'history as NDJSON, never read': { first: () => get(`${BIG}/history`, NDJSON), isDeaf: true },
  'evidence, never read': { first: () => get(`${BIG}/evidence`), isDeaf: true },
  'watch from the beginning, never read': {
    first: () => get('/v1/watch?events=true', 'last-event-id: 0\r\n'),
    isDeaf: true,
  },
  'watch of a group from the beginning, never read': {
    first: () => get(`${BIG}/watch?events=true`, 'last-event-id: 0\r\n'),
    isDeaf: true,
  },
  'long polls, 100 pipelined in each connection': {
    first: () => get(`${BIG}/leader?afterTerm=999999999&waitMs=30000`).repeat(100),
  },
  'commands, pipelined': {
    first: (n) => post(`/v1/groups/stranger-${n % 50}/drain?dryRun=true`, '{}').repeat(50),
    again: true,
  },
  '5,000 watchers of a busy group': {
    count: 5_000,
    first: () => get('/v1/groups/busy/watch?events=true'),
    isBusy: true,
  },
  'slow bodies': {
    first: () =>
      `POST /v1/heartbeats HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 400000\r\n\r\n{`,
    drip: ' ',
  },
  'slow headers': { first: () => 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n', drip: 'x-a: b\r\n' },
  'half-open sockets': { first: () => '' },
  'large bodies': asked(post('/v1/heartbeats', `{"a":"${'x'.repeat(500_000)}"}`)),
  'very many wrong labels': asked(
    post('/v1/groups/stranger/runners/r', `{"labels":{${wrongLabels(5_000)}}}`).replace('POST', 'PUT'),
  ),
  'a batch of one beat with very many names': asked(
    post('/v1/heartbeats', `{"beats":[{${wrongLabels(60_000)}}]}`),
  ),
  'lies about the runner of a leader': {
    first: (n) =>
      post(
        `/v1/groups/live-${n % 100}/runners/r/heartbeat`,
        `{"incarnation":"99999999-0000-4000-8000-000000000000","sequence":1}`,
      ),
    again: true,
  },
  ...Object.fromEntries(READS.map((path) => [`GET ${path}`, asked(get(path))])),
};
