import { CliError } from './cli-error.js';

/** Followed streams say something every 10 s. */
const SILENT_MS = 60_000;
/** As long as any answer is waited for. */
export const LONGEST_MS = 290_000;

/** What CONCLAVE_TIMEOUT_MS says. Throws {@link CliError}. */
export function silentMs(otherwise = SILENT_MS): number {
  const text = process.env.CONCLAVE_TIMEOUT_MS;
  if (!text) return otherwise;
  if (/^[1-9]\d{0,8}$/.test(text)) return Math.min(Number(text), LONGEST_MS);
  throw new CliError(2, `CONCLAVE_TIMEOUT_MS is "${text}"; take a number of ms, like ${SILENT_MS}.`);
}

/** Ends a request while which nothing is heard for so long; what the reader does between two pieces does not count. */
export class Patience {
  private readonly ending = new AbortController();
  readonly signal = this.ending.signal;

  constructor(private readonly ms: number) {}

  async with<T>(hearing: Promise<T>): Promise<T> {
    const said = `nothing was heard for ${this.ms / 1_000} s; CONCLAVE_TIMEOUT_MS says how long to wait`;
    const timer = setTimeout(
      () => this.ending.abort(Object.assign(new Error(said), { code: 'silent' })),
      this.ms,
    );
    try {
      return await hearing;
    } finally {
      clearTimeout(timer);
    }
  }
}
