import { inspect } from 'node:util';

/** What an option must be, in words, and whether it is. */
export type Must = readonly [words: string, is: (value: unknown) => boolean];

export const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;
export const isTextOr = (pattern: RegExp) => (value: unknown) => isText(value) && pattern.test(value);
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const GROUP: Must = [
  'letters, digits, ".", "_" or "-", a letter or digit first, 63 at most',
  isTextOr(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
];

const written = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 2, breakLength: Infinity });
/** Keys may be private ones, given by mistake. */
const shown = (name: string, value: unknown): string =>
  value === undefined
    ? 'left out'
    : /secret|token|keys/i.test(name) || (name === 'url' && written(value).includes('@'))
      ? 'what was given'
      : written(value);

/**
 * What was given, each looked at once. Throws a TypeError of `whose` that names every option that is wrong, and what it must be.
 * `also`: what is wrong besides.
 */
export function checkOptions<Options extends object>(
  whose: string,
  must: Record<keyof Options, Must>,
  required: readonly (keyof Options & string)[],
  options: Options,
  also: (options: Options) => string[] = () => [],
): Options {
  // of a configuration that is a class with getters nothing is its own
  const names = isObject(options) ? new Set([...Object.keys(options), ...Object.keys(must)]) : [];
  const all = [...names].map((name) => [name, options[name as keyof Options] as unknown] as const);
  const given = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  const wrong = [...new Set([...required, ...Object.keys(given)])].flatMap((name) => {
    const one = Object.hasOwn(must, name) ? must[name as keyof Options] : undefined;
    const value = given[name];
    if (!one) return [`there is no option "${name}"; there are ${Object.keys(must).join(', ')}`];
    return one[1](value) ? [] : [`${name} must be ${one[0]}, not ${shown(name, value)}`];
  });
  wrong.push(...also(given as Options));
  if (wrong.length > 0) throw new TypeError(`${whose}: ${wrong.join('; ')}`);
  return given as Options;
}
