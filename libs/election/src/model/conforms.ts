import { Ajv, type ValidateFunction } from 'ajv';
import { z } from 'zod';
import { sameJson } from './same-json.js';

/** To compile a schema takes as long as to read so many values with it. */
const WORTH_COMPILING = 2_000;
/** What is said of them in JSON Schema, and by their checks, is all that there is to them. Of `unknown` nothing: it is looked at by itself. */
const PLAIN = new Set<string>([
  ...['string', 'number', 'boolean', 'null', 'literal', 'enum', 'object', 'array', 'tuple', 'record'],
  ...['union', 'nullable', 'optional', 'readonly', 'unknown'],
]);
const SAID = new Set([
  ...['greater_than', 'less_than', 'number_format', 'min_length', 'max_length', 'length_equals'],
  'string_format',
]);

type Check = (value: unknown) => boolean;
type Said = Record<string, unknown>;
interface Def {
  type: string;
  discriminator?: string;
  options?: readonly z.core.$ZodTypeDiscriminable[];
  check?: string;
  checks?: { _zod: { def: { check: string; fn?: Check; tx?: (value: unknown) => unknown } } }[];
}

const ajv = (() => {
  let made: Ajv | undefined;
  return () =>
    (made ??= new Ajv({
      strict: false,
      logger: false,
      unicode: false, // lengths in UTF-16 units, as zod has them
      unicodeRegExp: false,
      validateFormats: false, // each has its pattern
      validateSchema: false, // zod has made it; what checks it would have to be compiled, too
      meta: false,
      code: { optimize: false }, // takes half the time of compiling, for code that is as fast
    }).addKeyword({
      keyword: 'checks',
      type: ['string', 'number', 'object', 'array'], // nothing that is checked may be null
      compile: (place: number) => (value) => holds(checked[place]!, value),
    }));
})();
/** A schema is plain JSON, it names these by their places. */
const checked: (readonly Check[])[] = [];

function holds(checks: readonly Check[], value: unknown): boolean {
  try {
    return checks.every((check) => check(value));
  } catch {
    return false; // of another type: what asks for that comes after this
  }
}

/** How often it was met, then what it says in JSON Schema, then what checks it. */
const uses = new WeakMap<z.ZodType, number | Said | ValidateFunction | 'not plain'>();

/**
 * True if the value, as JSON is read, is what the schema would make of it: then it may be taken as it is. Of what is read
 * often, compiled (ajv): that takes a quarter of the time, and makes no copy. `worth`: as often as that, by its size.
 */
export function conforms<T>(schema: z.ZodType<T>, value: unknown, worth = 1): value is T {
  const known = uses.get(schema) ?? 0;
  if (typeof known === 'function') return known(value);
  if (known !== 'not plain') uses.set(schema, learn(schema, known, worth));
  const { success, data } = schema.safeParse(value);
  return success && sameJson(data, value) && !hasProto(value);
}

/** Parsers make fields of it that most programs do not see. */
export const hasProto = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProto));

const NOTHING: Said = {};
/** Compiles it in two steps, as nobody is answered meanwhile. */
function learn(
  schema: z.ZodType,
  known: number | Said,
  worth: number,
): number | Said | ValidateFunction | 'not plain' {
  if (typeof known === 'number' && known < WORTH_COMPILING) return known + worth;
  try {
    if (typeof known !== 'number') return compile(known);
    compile(NOTHING); // so that its own code is loaded in this step; once
    return say(schema);
  } catch {
    return 'not plain'; // or this program may not make code
  }
}

/** In JSON Schema. Throws where it cannot be said. */
export const say = (schema: z.ZodType): Said =>
  z.toJSONSchema(schema, { target: 'draft-7', override: sayAll });

export const compile = (said: Said): ValidateFunction => ajv().compile(said);

/** What JSON Schema leaves out. */
function sayAll({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Said }): void {
  const def = zodSchema._zod.def as Def;
  if (!PLAIN.has(def.type)) throw new Error(`${def.type} is not plain`);
  delete jsonSchema.id; // names of OpenAPI
  const checks: Check[] = [];
  if (def.discriminator) {
    checks.push(oneOf(def.discriminator, def.options!));
    jsonSchema.type = 'object';
    delete jsonSchema.oneOf;
  }
  if (def.type === 'record')
    jsonSchema.propertyNames = { allOf: [jsonSchema.propertyNames], not: { const: '__proto__' } };
  for (const { _zod } of def.checks ?? []) {
    const { check, fn, tx } = _zod.def;
    if (SAID.has(check)) continue;
    if (check === 'custom' && fn) checks.push((value) => fn(value) === true);
    else if (check === 'overwrite' && tx) checks.push((value) => tx(value) === value);
    else throw new Error(`${check} is not plain`);
  }
  if (checks.length > 0) jsonSchema.checks = checked.push(checks) - 1;
}

/**
 * Each alternative is compiled by itself, once it was met often enough: all of them (commands in an envelope) would take 100 ms
 * at once, in which nobody is answered.
 */
function oneOf(name: string, options: readonly z.core.$ZodTypeDiscriminable[]): Check {
  const byName = new Map(
    options.flatMap((option) => [...option._zod.propValues[name]!].map((value) => [value, option])),
  );
  return (value) => {
    const option = byName.get((value as Record<string, string>)[name]);
    return option !== undefined && conforms(option as z.ZodType, value);
  };
}
