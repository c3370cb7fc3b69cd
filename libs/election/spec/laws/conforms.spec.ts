import { isDeepStrictEqual } from 'node:util';
import assert from 'node:assert/strict'; // in loops: `expect` takes 30 µs each time
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { BatchedBeat, Envelope, EventData, HeartbeatBody, RunnerPath } from '@conclave/contract';
import { conforms } from '@conclave/election';
import { inc } from '@conclave/processes';
import { historyOf, storiesOf } from '@conclave/testing';
import { compile, say } from '../../src/model/conforms.js';

type Json = Record<string | number, unknown>;
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
type Change = (parent: Json, key: string | number) => void;

const TEXTS = ['', 'x', 'A'.repeat(64), 'a'.repeat(63), '😀'.repeat(32), '😀'.repeat(250), '\ud800', 'a\n'];
const VALUES = [null, true, 0, -0, -1, 1.5, 2 ** 53, 1e300, 3, [], {}, [null], ...TEXTS];
const put =
  (value: unknown): Change =>
  (parent, key) =>
    (parent[key] = typeof value === 'object' ? plain(value) : value);
const named = (name: string, value: unknown): Change => {
  const text = JSON.stringify(name);
  return (parent, key) => (parent[key] = JSON.parse(`{${text}:${JSON.stringify(value)}}`));
};
const added = (name: string, value: unknown): Change => {
  const field = { value, enumerable: true, configurable: true, writable: true };
  return (parent) => !Array.isArray(parent) && Object.defineProperty(parent, name, field);
};
const CHANGES: Change[] = [
  ...VALUES.map(put),
  ...['a', '__proto__', 'constructor', '\ud800', ''].flatMap((name) => [named(name, 'b'), added(name, 'b')]),
  (parent, key) => delete parent[key],
  (parent, key) => (parent[key] = String(parent[key]).toUpperCase()),
  (parent, key) => (parent[key] = [parent[key], parent[key]]),
  (parent, key) => Array.isArray(parent[key]) && parent[key].pop(),
  (parent, key) => (parent[key] = `${String(parent[key])} `),
];

/** Every place in it, as who holds it and under which name. */
const placesIn = (value: unknown): [Json, string | number][] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, child]): [Json, string | number][] => [
        [value as Json, key],
        ...placesIn(child),
      ]);

interface Sample {
  schema: z.ZodType;
  value: unknown;
}
const compiled = new Map<z.ZodType, ReturnType<typeof compile>>();
function isTaken({ schema, value }: Sample): boolean {
  if (!compiled.has(schema)) compiled.set(schema, compile(say(schema)));
  const check = compiled.get(schema)!;
  return check(value);
}
/** Whatever is taken as it is, is what the schema would have made of it. */
function isJust(sample: Sample): boolean {
  const { success, data } = sample.schema.safeParse(sample.value);
  return !isTaken(sample) || (success && isDeepStrictEqual(data, sample.value));
}

const history = storiesOf(7, 60).flatMap((story) => historyOf(story));
const inHistory = history.flatMap(({ type, data, meta }): Sample[] => [
  { schema: EventData[type], value: data },
  { schema: Envelope, value: meta },
]);
/** Of everything else that schemas are made of. */
const ALL = z.strictObject({
  pair: z.tuple([z.int().min(0), z.literal([0, 1])]),
  either: z.array(z.union([z.int(), z.tuple([z.int(), z.string()])])),
  words: z.record(z.string().min(1), z.string().max(3)).readonly(),
  even: z
    .int()
    .refine((n) => n % 2 === 0)
    .nullable(),
  five: z.string().length(5),
});
const asked: Sample[] = [
  { schema: BatchedBeat, value: { group: 'g', runner: 'r', incarnation: inc('i'), sequence: 1, term: 0 } },
  { schema: HeartbeatBody, value: { incarnation: inc('i'), sequence: 7, acked: 3, certificate: 'c' } },
  { schema: RunnerPath, value: { g: 'g', r: 'r' } },
  { schema: ALL, value: { pair: [1, 0], either: [1, [2, 'x']], words: { a: 'b' }, even: 2, five: 'abcde' } },
];
const samples = [...inHistory, ...asked];

describe('what is compiled of a schema', () => {
  it('takes all that is recorded, and beats', () => {
    expect(new Set(history.map(({ type }) => type)).size).toBeGreaterThan(20);
    assert.deepEqual(
      samples.filter((sample) => !isTaken({ ...sample, value: plain(sample.value) })),
      [],
    );
  });

  it('takes nothing that the schema would refuse, or would make something else of', () => {
    const taken = { all: 0, changed: 0 };
    fc.assert(
      fc.property(
        fc.nat(samples.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...CHANGES)), { minLength: 1, maxLength: 2 }),
        (place, changes) => {
          const { schema, value } = samples[place]!;
          const sample = { schema, value: plain(value) };
          for (const [at, change] of changes) {
            const places = placesIn(sample.value);
            if (places.length > 0) change(...places[at % places.length]!);
          }
          taken.all++;
          if (isTaken(sample)) taken.changed++;
          return isJust(sample);
        },
      ),
      { numRuns: 20_000 },
    );
    expect(taken.changed).toBeGreaterThan(taken.all / 20); // a reason is any text
  });

  it('leaves alone what says more than JSON Schema can', () => {
    const wild = [z.string().transform(Number), z.any(), z.int().default(1), z.object({}).catchall(z.any())];
    for (const schema of wild) assert.throws(() => say(schema));
  });

  it('says the same before a schema is compiled, and of one that cannot be', () => {
    const schema = () =>
      z.strictObject({ a: z.int(), id: z.string().toLowerCase(), rest: z.record(z.string(), z.int()) });
    const values = ['{"a":1,"id":"x","rest":{}}', '{"a":1,"id":"X","rest":{}}', '{"id":"x","rest":{},"a":2}'];
    const odd = [
      '{"a":1,"id":"x","rest":{"__proto__":1}}',
      '{"a":1,"id":"x","rest":{},"__proto__":{}}',
      'null',
    ];
    for (const text of [...values, ...odd]) {
      const [first, wild] = [schema(), z.union([schema(), z.string().transform(Number)])];
      const value: unknown = JSON.parse(text);
      const answers = Array.from({ length: 3_000 }, () => conforms(first, value));
      assert.deepEqual(
        [text, new Set(answers)],
        [text, new Set([text !== values[1] && values.includes(text)])],
      );
      assert.equal(conforms(wild, value), answers[0]);
    }
  });
});
