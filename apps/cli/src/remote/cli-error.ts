import type { ProblemReply } from '@conclave/contract';

/** 1 a command that was run failed, 2 usage, 3 refused, 4 not reachable, 130 interrupted at a question. */
export type ExitCode = 1 | 2 | 3 | 4 | 130;

/** What programs are told of an error, besides words. */
interface Details {
  /** Of a refusal the problem code of the server (docs/http.md), else one of {@link CODES}. */
  code: string;
  detail: string;
  current?: ProblemReply['current'];
  /** Of a command whose answer was lost: it may have been carried out. */
  outcome?: 'unknown';
  /** Of a work on many groups: what kept it from those. */
  failed?: Record<string, string>;
}

const CODES: Record<ExitCode, string> = {
  1: 'failed',
  2: 'usage',
  3: 'refused',
  4: 'unreachable',
  130: 'interrupted',
};

/** Ends a command: `message` is the one line that a person reads. */
export class CliError extends Error {
  readonly details: Details;

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    details: Partial<Details> = {},
  ) {
    super(message);
    this.details = { code: CODES[exitCode], detail: message, ...details };
  }
}

/** Nobody answered, or somebody who cannot now: what was asked may be asked again. */
export const isUnanswered = (error: unknown): error is CliError =>
  error instanceof CliError && error.exitCode === 4;
