const GROUP = '/v1/groups/[^/]+';
/** A key that each answer of a route has; the first route that fits counts. `recognising.spec.ts` holds them against openapi.json. */
const MARKS: readonly (readonly [route: RegExp, key: string])[] = Object.entries({
  'GET /v1/(groups|at)': 'groups',
  'GET /v1/tenures': 'total',
  '(GET /v1/keys|POST .*/revoke)': 'keys',
  'POST /v1/keys/rotate': 'kid',
  'GET /v1/head': 'checkpoint',
  'GET /v1/whoami': 'grants',
  'GET /v1/servers': 'servers',
  'GET /v1/attempts': 'attempts',
  'GET /v1/clocks': 'steps',
  'GET /v1/webhooks': 'webhooks',
  'GET /v1/webhooks/[^/]+/dead': 'dead',
  'POST /v1/webhooks/.*': 'delivered',
  '[A-Z]+ /v1/log.*': 'digest',
  'GET /v1/verify': 'events',
  'GET /healthz': 'instance',
  [`GET ${GROUP}(/leader)?`]: 'leader',
  [`GET ${GROUP}/runners`]: 'runners',
  [`GET ${GROUP}/history`]: 'events',
  [`GET ${GROUP}/tenures`]: 'tenures',
  [`GET ${GROUP}/at`]: 'decidedBy',
  [`GET ${GROUP}/elections`]: 'elections',
  [`GET ${GROUP}/elections/\\d+`]: 'cause',
  [`GET ${GROUP}/explain`]: 'words',
  [`GET ${GROUP}/verify`]: 'violations',
  [`GET ${GROUP}/heard`]: 'from',
  [`POST ${GROUP}/what-if`]: 'identical',
  [`(PUT|POST|DELETE) ${GROUP}.*`]: 'changed',
}).map(([route, key]) => [new RegExp(`^${route}$`), key]);

/**
 * True if it may be what a Conclave answers there. An address may be that of something else that answers JSON, too, of which a
 * command would say that there are no groups, or that nothing is wrong.
 */
export function isOfConclave(method: string, path: string, answer: object): boolean {
  const route = `${method} ${path.split('?')[0]}`;
  const [, key] = MARKS.find(([pattern]) => pattern.test(route)) ?? [];
  if (key === 'groups') return areGroups((answer as { groups?: unknown }).groups);
  return key === undefined || key in answer;
}

/** What a list of groups names becomes paths, and names of files. */
const areGroups = (listed: unknown): boolean =>
  Array.isArray(listed) && listed.every((one: { group?: unknown } | null) => isId(one?.group));
const isId = (id: unknown): boolean => typeof id === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(id);
