import { RegisterBody } from '@conclave/contract';
import { CliError } from '../remote/cli-error.js';

/** By the schema of servers, which few runs need: it takes 60 ms to load. Throws {@link CliError} (2). */
export function checkLabels(labels: Record<string, string>): void {
  const wrong = RegisterBody.shape.labels.safeParse(labels).error?.issues[0];
  if (wrong) throw new CliError(2, `--label: no server takes that: labels ${wrong.message}.`);
}
