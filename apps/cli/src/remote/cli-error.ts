/** 1 a command that was run failed, 2 usage, 3 refused, 4 not reachable. */
export type ExitCode = 1 | 2 | 3 | 4;

/** Ends a command: `message` is the one line that a person reads. */
export class CliError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}
