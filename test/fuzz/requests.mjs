// Requests by the OpenAPI document.
const SERVED = /^application\/json/;

export function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      parameters: [],
      ...operation,
      body: operation.requestBody?.content['application/json'].schema,
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    })),
  );
}

/** What the router would find for a target, or null. */
export function operationFor(operations, method, target) {
  const path = target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split(/[?#]/)[0];
  let read = path;
  try {
    read = decodeURI(path);
  } catch {
    return null;
  }
  const asked = method === 'HEAD' ? 'GET' : method;
  return operations.find((operation) => operation.method === asked && operation.pattern.test(read)) ?? null;
}

/** What mostly refuses, or waits. */
const RARE = new Set(['atLeast', 'If-Match', 'ifTerm', 'X-Conclave-Secret', 'dryRun']);

/** A request in parts, which mutations take hold of, valid by the schema. */
export function validRequest(values, operation) {
  const isGiven = ({ required, name }) => required || values.chance(RARE.has(name) ? 0.05 : 0.3);
  const given = (place) =>
    operation.parameters
      .filter((parameter) => parameter.in === place && isGiven(parameter))
      .map(({ name, schema }) => [name, String(values.of(schema, name))]);
  const params = Object.fromEntries(
    operation.parameters
      .filter((parameter) => parameter.in === 'path')
      .map(({ name, schema }) => [name, String(values.of(schema, name))]),
  );
  return {
    operationId: operation.operationId,
    method: operation.method,
    path: operation.path,
    params,
    query: given('query').map(fitting(values)),
    headers: given('header').map(([name]) => [name, headerFor(values, name)]),
    accept: values.pick(['*/*', 'application/json', 'application/x-ndjson', 'text/csv', 'text/event-stream']),
    type: operation.method === 'GET' ? null : 'application/json',
    json: operation.body && values.of(operation.body),
    raw: null,
  };
}

const fitting =
  (values) =>
  ([name, value]) =>
    name === 'dryRun' && values.chance(0.5) ? [name, 'false'] : [name, value];

function headerFor(values, name) {
  if (name === 'X-Conclave-Secret') return values.named(name) ?? 's'.repeat(32);
  if (name === 'If-Match') return `"${values.named('version') ?? values.below(9)}"`;
  if (name === 'Last-Event-ID') return String(values.named('position') ?? 0);
  return name === 'X-Conclave-Actor' ? values.pick(['ana', 'bea@acme']) : `key-${values.below(40)}`;
}

const isSafe = (text) => text.isWellFormed();
/** As a URL has it; what has no UTF-8 form goes as the bytes that somebody without a standard would send. */
const encoded = (text) => (isSafe(text) ? encodeURIComponent(text) : '%ED%A0%80');

/** Parts as they go over the wire. */
export function rendered(parts, { host, id, token }) {
  const path = parts.path.replace(/\{(\w+)\}/g, (_, name) => encoded(parts.params[name]));
  const query = parts.query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  const isBody = parts.raw !== null || parts.json !== undefined;
  const body = isBody ? (parts.raw ?? Buffer.from(JSON.stringify(parts.json))) : null;
  const headers = [
    ['Host', host],
    ['Connection', 'close'],
    ['X-Correlation-Id', id],
    ['Accept', parts.accept],
    ...(token ? [['Authorization', `Bearer ${token}`]] : []),
    ...(parts.type === null ? [] : [['Content-Type', parts.type]]),
    ...(body === null && parts.method === 'GET' ? [] : [['Content-Length', body?.length ?? 0]]),
    ...parts.headers,
  ];
  const isJson = SERVED.test(parts.type ?? '');
  return { method: parts.method, target: query === '' ? path : `${path}?${query}`, headers, body, isJson };
}
