import type { ProblemSpec } from './spec.js';

/** What cannot be done now. */
export const OF_NOW = {
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
  'order-unknown': {
    status: 404,
    title: 'No such order waits for a second person',
    remedy: 'Read the group: proposals are those that wait.',
  },
  'second-person-needed': {
    status: 409,
    title: 'Another person must approve this',
    remedy: 'Let somebody else approve it: conclave approve.',
  },
  'elections-paused': { status: 409, title: 'Elections are paused', remedy: 'Resume them first.' },
  'handover-running': {
    status: 409,
    title: 'A handover is running',
    remedy: 'Wait for its end, then decide again.',
  },
  'not-leading': {
    status: 503,
    title: 'The runner does not lead, as far as this server may say',
    remedy: 'Send it no traffic; ask again.',
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
  'request-timeout': { status: 408, title: 'The request did not come in time', remedy: 'Send it again.' },
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
