import { groupPath, pathOf, type Asked } from '../api/ask.js';
import { givenSettings } from '../why/settings.js';

export type Field = 'runner' | 'to' | 'key' | 'effect' | 'mode' | 'force' | 'ttlMs' | 'settings';
/** What stands in the form of an order; all of it text, as fields have it. */
export type Given = Record<string, string>;

export interface Request {
  path: string;
  asked: Asked;
}

export interface Kind {
  title: string;
  about: string;
  fields: Field[];
  /** What takes it back, once it is done. */
  undo?: string;
  request(group: string, given: Given): Request;
}

const runnerPath = (group: string, { runner = '' }: Given, rest = ''): string =>
  groupPath(group, `/runners/${encodeURIComponent(runner)}${rest}`);
const taintPath = (group: string, given: Given): string =>
  runnerPath(group, given, `/taints/${encodeURIComponent(given.key ?? '')}`);
const proposalPath = (group: string, { proposal = '' }: Given, verb: 'approve' | 'withdraw'): string =>
  groupPath(group, `/proposals/${encodeURIComponent(proposal)}/${verb}`);
/** When it ends by itself: after a time, or at an instant. */
function ttl({ ttlMs, expiresAt }: Given): object {
  if (ttlMs === 'until') return expiresAt ? { expiresAt } : {};
  return ttlMs ? { ttlMs: Number(ttlMs) } : {};
}
const why = ({ reason }: Given): object => (reason ? { reason } : {});
const put = (path: string, body: object): Request => ({ path, asked: { method: 'PUT', body } });
const post = (path: string, body: object): Request => ({ path, asked: { method: 'POST', body } });
const lift = (path: string, { reason }: Given): Request => ({
  path: pathOf(path, { reason }),
  asked: { method: 'DELETE' },
});

/** What a person may order of a group, each as the HTTP API takes it. */
export const KINDS: Record<string, Kind> = {
  taint: {
    title: 'Taint a runner',
    about:
      'Keeps it from leading. NoLead stops it at once if it leads; NoElect lets a leader go on; PreferNoLead makes it the last choice.',
    fields: ['runner', 'key', 'effect', 'ttlMs'],
    undo: 'untaint',
    request: (group, given) =>
      put(taintPath(group, given), { effect: given.effect, ...ttl(given), ...why(given) }),
  },
  untaint: {
    title: 'Lift a taint',
    about: 'The runner may lead again.',
    fields: ['runner', 'key'],
    request: (group, given) => lift(taintPath(group, given), given),
  },
  pin: {
    title: 'Pin the lead to a runner',
    about: 'strict: only this runner may lead. prefer: it leads whenever it can.',
    fields: ['runner', 'mode', 'ttlMs'],
    undo: 'unpin',
    request: (group, given) =>
      put(groupPath(group, '/pin'), { runner: given.runner, mode: given.mode, ...ttl(given), ...why(given) }),
  },
  unpin: {
    title: 'Lift the pin',
    about: 'The rule alone decides again who leads.',
    fields: [],
    request: (group, given) => lift(groupPath(group, '/pin'), given),
  },
  transfer: {
    title: 'Transfer the lead',
    about:
      'Once: the leader is told to stop, and then the other one leads. Forced, it does not wait: two may act at once.',
    fields: ['to', 'force'],
    request: (group, given) =>
      post(groupPath(group, '/transfer'), {
        ...(given.to && { to: given.to }),
        ...(given.force === 'true' && { force: true }),
        ...why(given),
      }),
  },
  pause: {
    title: 'Pause elections',
    about: 'A leader stays; when it ends, nobody follows until elections are resumed.',
    fields: ['ttlMs'],
    undo: 'resume',
    request: (group, given) => put(groupPath(group, '/pause'), { ...ttl(given), ...why(given) }),
  },
  resume: {
    title: 'Resume elections',
    about: 'Ends a pause or a drain.',
    fields: [],
    request: (group, given) => lift(groupPath(group, '/pause'), given),
  },
  drain: {
    title: 'Drain the group',
    about:
      'The leader finishes and stops, and nobody follows until elections are resumed: for work on what it works on.',
    fields: ['ttlMs'],
    undo: 'resume',
    request: (group, given) => post(groupPath(group, '/drain'), { ...ttl(given), ...why(given) }),
  },
  forgive: {
    title: 'Forgive a runner',
    about: 'Forgets its silences, which flap damping counts.',
    fields: ['runner'],
    request: (group, given) => post(runnerPath(group, given, '/forgive'), why(given)),
  },
  deregister: {
    title: 'Remove a runner',
    about:
      'For one that will not come back. If it leads, its term ends first; if it lives, it registers again.',
    fields: ['runner'],
    request: (group, given) => lift(runnerPath(group, given), given),
  },
  settings: {
    title: 'Change settings',
    about: 'What is left empty stays as it is.',
    fields: ['settings'],
    request: (group, given) => put(groupPath(group), { ...givenSettings(given), ...why(given) }),
  },
  approve: {
    title: 'Approve an order',
    about: 'You are the second person: it takes effect.',
    fields: [],
    request: (group, given) => post(proposalPath(group, given, 'approve'), why(given)),
  },
  withdraw: {
    title: 'Withdraw an order',
    about: 'It will not take effect.',
    fields: [],
    request: (group, given) => post(proposalPath(group, given, 'withdraw'), why(given)),
  },
};

const withQuery = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;

/** The same order, asked about only. */
export const asDryRun = (path: string): string => withQuery(path, 'dryRun=true');

/** The same, refused if another term has begun than the one that was looked at. */
export const onlyIn = (term: number, { path, asked }: Request): Request =>
  asked.method === 'DELETE'
    ? { path: withQuery(path, `ifTerm=${term}`), asked }
    : { path, asked: { ...asked, body: { ...asked.body, ifTerm: term } } };
