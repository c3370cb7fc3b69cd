import type { z } from 'zod';

/** What `--group` and `--runner` gave. */
interface Given {
  groups: readonly string[];
  runners: readonly string[] | undefined;
}

/** Why no token can be made for what was given, by the option that gave it. */
export function wrongGrant({ path: [, list, at], message }: z.core.$ZodIssue, given: Given): string {
  const [option, all] = list === 'runners' ? ['--runner', given.runners] : ['--group', given.groups];
  const one = typeof at === 'number' ? ` "${all?.[at]}"` : ':';
  return `${option}${one} ${message}.`;
}
