import { readFileSync } from 'node:fs';
import { yamlIn } from './access-file.js';

/**
 * The file of a server (CONCLAVE_SERVER_CONFIG) as an environment would have it: lists stand for commas. `variableOf`: what a key
 * means; it may throw for one that means nothing. Throws an Error that says in one line what is wrong.
 */
export function settingsIn(file: string, variableOf: (key: string) => string): Record<string, string> {
  const at = `configuration file "${file}"`;
  let content: unknown;
  try {
    content = yamlIn(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new Error(`${at} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (typeof content !== 'object' || Array.isArray(content) || content === null)
    throw new Error(`${at} must be keys and values, like "port: 7600"`);
  return Object.fromEntries(
    Object.entries(content).map(([key, value]): [string, string] => {
      const variable = variableOf(key);
      const parts = Array.isArray(value) ? (value as unknown[]) : [value];
      if (parts.some((part) => !['string', 'number', 'boolean'].includes(typeof part)))
        throw new Error(`${at}: "${key}" must be a text, a number, true or false, or a list of them`);
      return [variable, parts.join(',')];
    }),
  );
}
