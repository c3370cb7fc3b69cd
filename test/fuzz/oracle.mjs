// What every answer must be, by the OpenAPI document.
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { operationFor } from './requests.mjs';

const PROBLEM = 'application/problem+json';
/** What comes before a route is found, or instead of one; who asks is looked at before an id that is empty. */
const UNROUTED = new Set([
  'route-unknown',
  'method-not-allowed',
  'invalid-request',
  'host-unknown',
  'origin-forbidden',
]);
UNROUTED.add('unauthenticated')
  .add('forbidden')
  .add('headers-too-large')
  .add('payload-too-large')
  .add('media-type-unsupported');

export class Oracle {
  constructor(document, operations) {
    this.operations = operations;
    this.ajv = new Ajv2020({ strict: false, allErrors: false });
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'openapi', ...closed(document) });
    this.compiled = new Map();
  }

  validator(...pointer) {
    const ref = `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    if (!this.compiled.has(ref)) this.compiled.set(ref, this.ajv.compile({ $ref: ref }));
    return this.compiled.get(ref);
  }

  /** What is wrong with the answer; null: nothing. */
  judge({ request, answer, isMine, isKnown, mayWait }) {
    const { status, headers, text, error } = answer;
    if (error === 'TIMEOUT') return mayWait ? null : 'the connection hangs';
    if (status === 0) return `no answer (${error ?? 'closed'})`;
    const operation = operationFor(this.operations, request.method.trim(), request.target);
    const type = (headers['content-type'] ?? '').split(';')[0];
    const isHead = request.method === 'HEAD';
    if (status >= 400) return this.problem({ operation, status, headers, text, type, isHead, isMine });
    if (status === 204 && request.method === 'OPTIONS') return null;
    if (operation === null)
      return /^\/($|[?#]|docs|openapi\.json|metrics)/.test(path(request)) ? null : `${status} from no route`;
    if (!isKnown && operation.tags[0] !== 'operations') return `${status} without a credential`;
    const content = operation.responses[status]?.content;
    if (!content) return `status ${status} is not documented`;
    if (!content[type]) return `content type "${type}" is not documented for ${status}`;
    if (isHead || answer.error !== null) return null;
    if (type === 'application/json') {
      const { path: at, method } = operation;
      const validate = this.validator(
        'paths',
        at,
        method.toLowerCase(),
        'responses',
        String(status),
        'content',
        type,
        'schema',
      );
      return conforms(validate, text);
    }
    return type === 'application/x-ndjson' ? linesOf(text) : null;
  }

  problem({ operation, status, headers, text, type, isHead, isMine }) {
    if (type !== PROBLEM) return `${status} is ${type || 'nothing'}, not a problem`;
    if (headers['x-correlation-id'] === undefined) return 'a problem without X-Correlation-Id';
    if (isHead) return status >= 500 && status !== 503 ? `${status}` : null;
    const wrong = conforms(this.validator('components', 'schemas', 'Problem'), text);
    if (wrong) return wrong;
    const { code, instance, status: told } = JSON.parse(text);
    if (told !== status) return `says ${told}, is ${status}`;
    if (instance !== headers['x-correlation-id']) return 'instance and X-Correlation-Id differ';
    if (isMine !== undefined && status !== 431 && instance !== isMine)
      return 'X-Correlation-Id is another than was sent';
    const codes = operation?.responses[status]?.description?.split(', ') ?? [];
    if (codes.includes(code)) return null;
    return operation === null && UNROUTED.has(code) ? null : `${code} (${status}) is not documented`;
  }
}

/** Replies may gain fields, says the document; those of this tree have no field that it does not name. */
function closed(node) {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(closed);
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return copy.type === 'object' && copy.properties ? { additionalProperties: false, ...copy } : copy;
}

const path = ({ target }) => target.replace(/^[a-z]+:\/\/[^/?#]*/i, '');

function conforms(validate, text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return `no JSON: ${text.slice(0, 200)}`;
  }
  if (validate(body)) return null;
  return `not by its schema: ${JSON.stringify(validate.errors.slice(0, 3))} in ${text.slice(0, 400)}`;
}

function linesOf(text) {
  for (const line of text.split('\n').filter(Boolean)) {
    try {
      JSON.parse(line);
    } catch {
      return `a line that is no JSON: ${line.slice(0, 200)}`;
    }
  }
  return null;
}
