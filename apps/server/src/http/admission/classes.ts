import type { FastifyRequest } from 'fastify';
import type { Audience } from '@conclave/access';
import type { Node } from '@conclave/node';
import { headerOf, shownHashOf } from '../edge/headers.js';
import { ruleOf } from '../edge/rules.js';

/** Who comes first when there is too much to do, the first before all others. */
export const CLASSES = ['leader-beat', 'beat', 'command', 'read', 'stream', 'audit'] as const;
export type Class = (typeof CLASSES)[number];

const OF_AUDIENCE: Record<Audience, Class> = {
  operations: 'read',
  runners: 'command',
  consumers: 'read',
  operators: 'command',
  admins: 'command',
  auditors: 'audit',
};
const STREAMS = /\/(watch|session)$/;
/** Cheap, whoever asks: what stands in memory. */
const LIGHT_AUDITS = /\/(attempts|clocks|dead|keys|log|servers|webhooks)$/;
/** What describes the API: large, and for people who write programs. And the dashboard. */
const ABOUT_API = /^\/(openapi\.json|docs(\/.*)?)$/;
const OF_DASHBOARD = /^\/(assets\/.*|icon\.svg|groups(\/.*)?|trust\/?|servers\/?)?$/;
const HEAVY_COMMANDS = /\/(archive|backup|seal|delete)$/;

function shownHash(request: FastifyRequest): string | null {
  const secret = headerOf(request, 'x-conclave-secret');
  return secret !== undefined && secret.length <= 128 ? shownHashOf(request, secret) : null;
}

/** A few hundred bytes, which programs ask for before they do anything. */
const SHORT = /\/(leader|is-leader|fence)$/;
export const isShort = ({ routeOptions: { url = '' } }: FastifyRequest): boolean => SHORT.test(url);

/** The same for everybody, who asks need show nothing. */
export const isDocument = ({ routeOptions: { url = '' } }: FastifyRequest): boolean =>
  !url.startsWith('/v1/') && (ABOUT_API.test(url) || OF_DASHBOARD.test(url));

/** By the route that was matched. A beat of who leads is before all others: on it a lease hangs. */
export function classOf(request: FastifyRequest, node: Node): Class {
  const { url = '', config } = request.routeOptions;
  if (url.endsWith('/heartbeat')) {
    const { g, r } = request.params as { g: string; r: string };
    const leadership = node.groups.get(g)?.leadership;
    if (leadership?.runner !== r) return 'beat';
    const { secretHash } = leadership; // a stranger can name the leader, but not show its secret
    return secretHash === null || secretHash === shownHash(request) ? 'leader-beat' : 'beat';
  }
  // who asks restarts the server, or sends nobody to it, when it is not answered
  if (url === '/healthz' || url === '/readyz') return 'leader-beat';
  if (url === '/v1/heartbeats') return 'leader-beat'; // nobody knows before it is read: many, and leaders among them
  const { follow } = request.query as { follow?: string };
  if (follow === 'true' && url.endsWith('/history')) return 'stream'; // one that never ends
  if (STREAMS.test(url)) return url.endsWith('/session') ? 'command' : 'stream';
  if (HEAVY_COMMANDS.test(url) || ABOUT_API.test(url)) return 'audit';
  const found = OF_AUDIENCE[ruleOf(config)?.audience ?? 'consumers'];
  return found === 'audit' && LIGHT_AUDITS.test(url) ? 'read' : found;
}
