import { z } from 'zod';
import { MAX_RUNNERS, MAX_TAINTS } from '@conclave/contract';
import { connectionsIn } from './memory.js';

/** Else `0x1` were the port 1, and 1e4 the port 10000. */
const isPlain = (text: string): boolean => !/^\s*([+-]?(0[xob]|[\d.]+e)|$)/i.test(text);
/** A number as a variable has it. */
export const Numeral = z
  .string()
  .refine(isPlain, 'must be written in digits')
  .pipe(z.coerce.number('must be a number'));

export const count = (least: number, most: number, fallback: number, inWords = `${least}`) => {
  const range = `must be ${inWords} to ${most}`;
  return Numeral.pipe(z.int('must be a whole number').min(least, range).max(most, range)).default(fallback);
};

/** More than that no server can be told to take. */
export const HIGHEST = {
  groups: 10_000_000,
  runners: MAX_RUNNERS,
  taints: MAX_TAINTS,
  labelBytes: 16_384,
} satisfies Partial<Limits>;

const CONNECTIONS = connectionsIn();

/** What one server takes at most: docs/configuration.md has them as a table. */
export const LIMIT_VARIABLES = {
  CONCLAVE_MAX_CONNECTIONS: count(10, 1_000_000, CONNECTIONS.all),
  CONCLAVE_MAX_CONNECTIONS_PER_CLIENT: count(1, 1_000_000, CONNECTIONS.perClient),
  CONCLAVE_MAX_STREAMS: count(1, 1_000_000, 20_000),
  CONCLAVE_MAX_STREAMS_PER_CLIENT: count(1, 1_000_000, 6_000),
  CONCLAVE_MAX_LONG_POLLS: count(1, 1_000_000, 20_000),
  CONCLAVE_MAX_LONG_POLLS_PER_CLIENT: count(1, 1_000_000, 5_000),
  CONCLAVE_MAX_PIPELINED: count(1, 10_000, 8),
  CONCLAVE_MAX_AUDITS: count(1, 64, 2),
  CONCLAVE_MAX_AUDITS_WAITING: count(0, 10_000, 16),
  CONCLAVE_BODY_TIMEOUT_MS: count(100, 600_000, 30_000),
  CONCLAVE_MAX_GROUPS: count(1, HIGHEST.groups, 100_000),
  CONCLAVE_MAX_RUNNERS: count(1, HIGHEST.runners, MAX_RUNNERS),
  CONCLAVE_MAX_TAINTS: count(1, HIGHEST.taints, MAX_TAINTS),
  CONCLAVE_MAX_LABEL_BYTES: count(2, HIGHEST.labelBytes, 12_288),
};

export interface Limits {
  connections: number;
  connectionsPerClient: number;
  streams: number;
  streamsPerClient: number;
  longPolls: number;
  longPollsPerClient: number;
  /** Requests of one connection that run at the same time. */
  pipelined: number;
  audits: number;
  auditsWaiting: number;
  /** A request must have come as a whole within this time. */
  bodyTimeoutMs: number;
  groups: number;
  /** In a group. */
  runners: number;
  /** Of a runner. */
  taints: number;
  /** Of all labels of a runner, as JSON. */
  labelBytes: number;
}

export const limitsFrom = (e: Record<keyof typeof LIMIT_VARIABLES, number>): Limits => ({
  connections: e.CONCLAVE_MAX_CONNECTIONS,
  connectionsPerClient: e.CONCLAVE_MAX_CONNECTIONS_PER_CLIENT,
  streams: e.CONCLAVE_MAX_STREAMS,
  streamsPerClient: e.CONCLAVE_MAX_STREAMS_PER_CLIENT,
  longPolls: e.CONCLAVE_MAX_LONG_POLLS,
  longPollsPerClient: e.CONCLAVE_MAX_LONG_POLLS_PER_CLIENT,
  pipelined: e.CONCLAVE_MAX_PIPELINED,
  audits: e.CONCLAVE_MAX_AUDITS,
  auditsWaiting: e.CONCLAVE_MAX_AUDITS_WAITING,
  bodyTimeoutMs: e.CONCLAVE_BODY_TIMEOUT_MS,
  groups: e.CONCLAVE_MAX_GROUPS,
  runners: e.CONCLAVE_MAX_RUNNERS,
  taints: e.CONCLAVE_MAX_TAINTS,
  labelBytes: e.CONCLAVE_MAX_LABEL_BYTES,
});
