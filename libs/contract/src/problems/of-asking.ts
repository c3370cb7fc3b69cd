import type { ProblemSpec } from './spec.js';

/** What is wrong with who or what was asked. */
export const OF_ASKING = {
  'invalid-request': {
    status: 400,
    title: 'The request is malformed',
    remedy: 'Correct the fields named in errors.',
  },
  'settings-invalid': {
    status: 400,
    title: 'The settings contradict each other',
    remedy: 'Change the values named in detail together.',
  },
  unauthenticated: {
    status: 401,
    title: 'Who asks is not known',
    remedy: 'Show a credential that is taken here (docs/access.md): Authorization: Bearer <token>.',
  },
  forbidden: {
    status: 403,
    title: 'The credential does not allow this',
    remedy: 'Use one whose role and groups do; conclave token list shows what each may.',
  },
  'secret-wrong': {
    status: 403,
    title: 'Only the process itself may say this',
    remedy:
      'Send its secret in X-Conclave-Secret (a batch: in each beat); of the process before it: as previousSecret.',
  },
  'group-unknown': {
    status: 404,
    title: 'There is no such group',
    remedy: 'Register a runner in it, or set it with PUT.',
  },
  'runner-unknown': { status: 404, title: 'The group has no such runner', remedy: 'Register the runner.' },
  'term-unknown': {
    status: 404,
    title: 'The group has no such term',
    remedy: 'Read its elections; a runner stops, and shows its certificate.',
  },
  'key-unknown': { status: 404, title: 'There is no such signing key', remedy: 'Read /v1/keys.' },
  'key-in-use': { status: 409, title: 'The server signs with this key', remedy: 'Rotate it first.' },
  'webhook-unknown': {
    status: 404,
    title: 'There is no such webhook',
    remedy: 'Read /v1/webhooks; CONCLAVE_WEBHOOKS names the file that has them.',
  },
  'notice-unknown': {
    status: 404,
    title: 'No such notice was given up',
    remedy: 'Read the list: conclave webhook dead.',
  },
  'nothing-recorded': {
    status: 404,
    title: 'Nothing is recorded there',
    remedy: 'Ask for a time or version after the first event.',
  },
  'history-sealed': {
    status: 410,
    title: 'That part of the history is sealed',
    remedy: 'Ask its archive: detail names it; conclave takes it with --archive.',
  },
  'group-deleted': {
    status: 410,
    title: 'The group was deleted',
    remedy: 'Use another id: this one is never used again. What was lives on in its archives.',
  },
  'group-in-use': {
    status: 409,
    title: 'The group is in use',
    remedy: 'Stop or deregister the runners that detail names first.',
  },
  'archive-differs': {
    status: 409,
    title: 'The archive is not what this history gives',
    remedy: 'Fetch it again, and seal what was fetched.',
  },
  'route-unknown': { status: 404, title: 'There is no such route', remedy: 'See /docs.' },
  'method-not-allowed': {
    status: 405,
    title: 'The route does not have this method',
    remedy: 'Use a method named in Allow.',
  },
  'host-unknown': {
    status: 421,
    title: 'The server is not called that',
    remedy: 'Use the address that it listens on, or name the other one in CONCLAVE_ALLOWED_HOSTS.',
  },
  'origin-forbidden': {
    status: 403,
    title: 'Pages of that origin may not ask',
    remedy: 'Name the origin in CONCLAVE_CORS_ORIGINS, if it should.',
  },
  'term-stale': {
    status: 409,
    title: 'The term is not the running one',
    remedy: 'Stop acting on that term; read the group or beat to learn what is true now.',
  },
  'incarnation-superseded': {
    status: 409,
    title: 'A newer process of this runner took over',
    remedy: 'Stop; if both must run, give each its own runner id.',
  },
  'limit-reached': {
    status: 409,
    title: 'This server takes no more of these',
    remedy: 'Remove some, or let the operator of the server raise the limit if detail names one.',
  },
} satisfies Record<string, ProblemSpec>;
