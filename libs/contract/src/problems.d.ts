import { z } from 'zod';
interface ProblemSpec {
  status: number;
  title: string;
  /** What who asked can do. */
  remedy: string;
  retryAfterSeconds?: number;
}
declare const TABLE: {
  'invalid-request': { status: number; title: string; remedy: string };
  'settings-invalid': { status: number; title: string; remedy: string };
  'group-unknown': { status: number; title: string; remedy: string };
  'runner-unknown': { status: number; title: string; remedy: string };
  'term-unknown': { status: number; title: string; remedy: string };
  'nothing-recorded': { status: number; title: string; remedy: string };
  'route-unknown': { status: number; title: string; remedy: string };
  'method-not-allowed': { status: number; title: string; remedy: string };
  'term-stale': { status: number; title: string; remedy: string };
  'incarnation-superseded': { status: number; title: string; remedy: string };
  'runner-ineligible': { status: number; title: string; remedy: string };
  'no-eligible-runner': { status: number; title: string; remedy: string };
  'elections-paused': { status: number; title: string; remedy: string };
  'handover-running': { status: number; title: string; remedy: string };
  'beat-stale': { status: number; title: string; remedy: string };
  'version-conflict': { status: number; title: string; remedy: string };
  'payload-too-large': { status: number; title: string; remedy: string };
  'media-type-unsupported': { status: number; title: string; remedy: string };
  'idempotency-key-reused': { status: number; title: string; remedy: string };
  internal: { status: number; title: string; remedy: string };
  'store-unavailable': { status: number; title: string; remedy: string; retryAfterSeconds: number };
  'not-ready': { status: number; title: string; remedy: string; retryAfterSeconds: number };
  'log-replaced': { status: number; title: string; remedy: string; retryAfterSeconds: number };
  overloaded: { status: number; title: string; remedy: string; retryAfterSeconds: number };
  contended: { status: number; title: string; remedy: string; retryAfterSeconds: number };
  'position-not-reached': { status: number; title: string; remedy: string; retryAfterSeconds: number };
  'group-unreadable': { status: number; title: string; remedy: string };
  'store-full': { status: number; title: string; remedy: string };
};
export type ProblemCode = keyof typeof TABLE;
export declare const ProblemCode: z.ZodEnum<{
  'invalid-request': 'invalid-request';
  'settings-invalid': 'settings-invalid';
  'group-unknown': 'group-unknown';
  'runner-unknown': 'runner-unknown';
  'term-unknown': 'term-unknown';
  'nothing-recorded': 'nothing-recorded';
  'route-unknown': 'route-unknown';
  'method-not-allowed': 'method-not-allowed';
  'term-stale': 'term-stale';
  'incarnation-superseded': 'incarnation-superseded';
  'runner-ineligible': 'runner-ineligible';
  'no-eligible-runner': 'no-eligible-runner';
  'elections-paused': 'elections-paused';
  'handover-running': 'handover-running';
  'beat-stale': 'beat-stale';
  'version-conflict': 'version-conflict';
  'payload-too-large': 'payload-too-large';
  'media-type-unsupported': 'media-type-unsupported';
  'idempotency-key-reused': 'idempotency-key-reused';
  internal: 'internal';
  'store-unavailable': 'store-unavailable';
  'not-ready': 'not-ready';
  'log-replaced': 'log-replaced';
  overloaded: 'overloaded';
  contended: 'contended';
  'position-not-reached': 'position-not-reached';
  'group-unreadable': 'group-unreadable';
  'store-full': 'store-full';
}>;
/** Every error that the API can answer: the only place where a code meets a status. A code without a row does not compile. */
export declare const PROBLEMS: Readonly<Record<ProblemCode, ProblemSpec>>;
export {};
//# sourceMappingURL=problems.d.ts.map
