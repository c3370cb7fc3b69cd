import { parse, v4, v5 } from 'uuid';

/**
 * Namespace of every id that Conclave derives from a name; fixed for ever, or repeats would not be
 * recognised. As bytes: from text it would be read twice for each id.
 */
const NAMESPACE = parse('7c0c9d0e-5c1a-4c55-9a57-3f1f2a7f1b60');

export const randomUuid = (): string => v4();

/** Nobody can guess it: what is hashed with it cannot be found by trying. */
export const randomSalt = (): string => randomUuid().replaceAll('-', '');

/** The same parts give the same uuid on any machine: repeats of a command get the ids of its first run. */
export const derivedUuid = (...parts: (string | number)[]): string =>
  v5(Buffer.from(JSON.stringify(parts)), NAMESPACE);
