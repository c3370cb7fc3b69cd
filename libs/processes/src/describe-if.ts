// `describe` is that of Jest, not imported: chaos and benchmarks load this, too, and have none

/** Specs that need what is not everywhere: where it is missing they are skipped, under a name that says what is, and what brings it. */
export function describeIf(isThere: boolean, missing: string): (name: string, specs: () => void) => void {
  const [run, hint] = isThere ? [describe, ''] : [describe.skip, ` (${missing})`];
  return (name, specs) => run(name + hint, specs);
}
