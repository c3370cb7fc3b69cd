/** A readable, stable uuid: `inc('a')` is process 1 of runner a, `inc('a', 2)` its second life. */
export const inc = (runner: string, life = 1): string =>
  `${Buffer.from(runner.padEnd(4, '0')).toString('hex').slice(0, 8)}-0000-4000-8000-${String(life).padStart(12, '0')}`;
