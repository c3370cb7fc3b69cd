import { z } from 'zod';

interface ProblemSpec {
  status: number;
  title: string;
  /** What who asked can do. */
  remedy: string;
  retryAfterSeconds?: number;
}

const TABLE = {
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
    remedy: 'Send its secret in X-Conclave-Secret (a batch: in each beat).',
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
  'runner-ineligible': {
    status: 409,
    title: 'The runner may not be elected now',
    remedy: 'Mend what detail names, or choose another.',
  },
  'no-eligible-runner': {
    status: 409,
    title: 'No runner may be elected now',
    remedy: 'Read the group: every verdict says why.',
  },
  'elections-paused': { status: 409, title: 'Elections are paused', remedy: 'Resume them first.' },
  'handover-running': {
    status: 409,
    title: 'A handover is running',
    remedy: 'Wait for its end, then decide again.',
  },
  'beat-stale': {
    status: 409,
    title: 'The beat is older than one already heard',
    remedy: 'Raise sequence with every beat.',
  },
  'version-conflict': {
    status: 412,
    title: 'The group changed meanwhile',
    remedy: 'Read it and decide again.',
  },
  'payload-too-large': { status: 413, title: 'The request is too large', remedy: 'Send less at once.' },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    remedy: 'Send fewer and shorter ones.',
  },
  'media-type-unsupported': { status: 415, title: 'The body is not JSON', remedy: 'Send application/json.' },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    remedy: 'Use a new key for a new wish.',
  },
  internal: {
    status: 500,
    title: 'A defect in Conclave',
    remedy: 'Report it with the instance id; the log line has the same.',
  },
  'issuer-unavailable': {
    status: 503,
    title: 'The keys of whoever signed the credential cannot be had',
    remedy: 'Send it again; see that the server reaches the issuer, or use a token of Conclave.',
    retryAfterSeconds: 1,
  },
  'store-unavailable': {
    status: 503,
    title: 'The store does not answer',
    remedy: 'Try again; nothing acknowledged is lost.',
    retryAfterSeconds: 1,
  },
  'not-ready': {
    status: 503,
    title: 'The server is not ready',
    remedy: 'Wait; /readyz says for what.',
    retryAfterSeconds: 1,
  },
  'log-replaced': {
    status: 503,
    title: 'The log is not the one that this server knew',
    remedy: 'An operator must look, and accept it: conclave log.',
    retryAfterSeconds: 1,
  },
  overloaded: {
    status: 503,
    title: 'The server has too much to do',
    remedy: 'Try again later.',
    retryAfterSeconds: 1,
  },
  contended: { status: 503, title: 'The group changes too fast', remedy: 'Try again.', retryAfterSeconds: 1 },
  'position-not-reached': {
    status: 503,
    title: 'This server has not read that far',
    remedy: 'Try again, or leave out atLeast.',
    retryAfterSeconds: 1,
  },
  'group-unreadable': {
    status: 503,
    title: 'The stream of this group holds what cannot be read',
    remedy: 'An operator must look at what detail names; other groups go on.',
  },
  'store-full': {
    status: 507,
    title: 'The store has no room',
    remedy: 'Make room on the disk; reads still work.',
  },
} satisfies Record<string, ProblemSpec>;

export type ProblemCode = keyof typeof TABLE;
export const ProblemCode = z.enum(Object.keys(TABLE) as [ProblemCode, ...ProblemCode[]]);
/**
 * Every error that the API can answer: the only place where a code meets a status. A code without a row does
 * not compile.
 */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemSpec>> = TABLE;
