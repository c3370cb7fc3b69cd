// Values by JSON schema, and values that somebody should have thought of.
import fc from 'fast-check';

const uuid = (n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;

/** Few of each, so that requests meet what others left behind. */
const NAMED = {
  g: ['g1', 'g2', 'g3', 'constructor', 'toString', 'hasOwnProperty'],
  r: ['a', 'b', 'c', 'constructor', 'valueOf'],
  key: ['k', 'constructor', 'x'.repeat(63)],
  incarnation: [uuid(1), uuid(2), uuid(3)],
  secret: ['s'.repeat(32), 't'.repeat(40)],
  waitMs: [0, 1],
};
const ALIAS = {
  group: 'g',
  runner: 'r',
  to: 'r',
  runnerGone: 'r',
  forget: 'r',
  after: 'g',
  previousExited: 'incarnation',
  previousSecret: 'secret',
  'X-Conclave-Secret': 'secret',
};

export const ODD_TEXTS = [
  ...['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'then', 'null', 'undefined', ''],
  ...['0x1', '1e3', ' 1', '+1', '01', '1.0', '-1', '-0', 'NaN', 'Infinity', '99999999999999999999', '1_000'],
  ...[
    '\u0000',
    'a\u0000b',
    '\ud800',
    'x\udc00y',
    '\ufeff',
    '\u202e',
    '💥',
    'é',
    'e\u0301',
    '\r\n',
    '\t',
    '\u2028',
  ],
  ...['..', '.', '../..', '/', '\\', '%', '%2f', '%00', '*', '?', '#', ';', '"', "'", '<b>', '${x}', '{{x}}'],
  ...['2026-02-30T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
  ...['2026-01-01T00:00:00+23:59', '1969-12-31T23:59:59.999Z', '0000-01-01T00:00:00+14:00'],
  ...['2026-01-01T24:00:00Z', '2016-12-31T23:59:60Z', '2026-01-01', '1', 'true'],
  ...['a'.repeat(64), 'a'.repeat(201), 'é'.repeat(500), 'x'.repeat(501), 'y'.repeat(5_000), '💥'.repeat(251)],
];
const MOST = Number.MAX_SAFE_INTEGER;
const ODD_NUMBERS = [
  ...[0, -0, 1, -1, 0.5, 1e21, 1e308, -1e308, 5e-324, MOST, MOST + 1, -MOST, 2 ** 31, 2 ** 32, 2 ** 53],
  ...[499, 500, 600_000, 600_001, 86_400_000, 86_400_001, 366 * 86_400_000, 8.64e15],
];
const nested = (depth) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
const ODD_OTHERS = [
  null,
  true,
  false,
  [],
  {},
  [null],
  [{}],
  { constructor: 'x' },
  { toString: null },
  nested(500),
];
export const ODD_KEYS = [
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'x',
  '',
  '\ud800',
  '\u0000',
  'a'.repeat(300),
];

const made = new Map();
function textsOf(pattern) {
  if (!made.has(pattern)) made.set(pattern, fc.stringMatching(new RegExp(pattern)));
  return made.get(pattern);
}

export class Values {
  /** What answers told, by name: terms, versions, certificates. */
  learned = new Map();

  constructor(random, schemas) {
    this.random = random;
    this.schemas = schemas;
  }

  below = (n) => Math.floor(this.random() * n);
  pick = (list) => list[this.below(list.length)];
  chance = (p) => this.random() < p;

  learn(node, depth = 0) {
    if (typeof node !== 'object' || node === null || depth > 6) return;
    for (const [name, value] of Object.entries(node)) {
      if (typeof value === 'object') this.learn(value, depth + 1);
      else if (['term', 'version', 'position', 'certificate', 'digest', 'kid', 'credential'].includes(name)) {
        const known = this.learned.get(name) ?? [];
        this.learned.set(name, known);
        known.push(value);
        if (known.length > 12) known.shift();
      }
    }
  }

  odd() {
    return this.pick([ODD_TEXTS, ODD_TEXTS, ODD_NUMBERS, ODD_OTHERS].map((list) => this.pick(list)));
  }

  named(name) {
    const known = this.learned.get(
      { atLeast: 'position', ifTerm: 'term', released: 'term', upTo: 'version' }[name] ?? name,
    );
    if (known?.length && this.chance(0.7)) return this.pick(known);
    const pool = NAMED[ALIAS[name] ?? name];
    return pool && this.chance(0.95) ? this.pick(pool) : undefined;
  }

  /** Valid by the schema, as far as that says it. */
  of(schema, name = '') {
    if (schema.$ref) return this.of(this.schemas[schema.$ref.split('/').pop()], name);
    const options = schema.anyOf ?? schema.oneOf;
    if (options) return this.of(this.pick(options), name);
    if (schema.enum) return this.pick(schema.enum);
    if ('const' in schema) return schema.const;
    const type = Array.isArray(schema.type) ? this.pick(schema.type) : schema.type;
    if (type === 'object') return this.object(schema);
    if (type === 'array')
      return Array.from({ length: Math.max(schema.minItems ?? 0, this.below(4)) }, () =>
        this.of(schema.items),
      );
    if (type === 'boolean') return this.chance(0.5);
    if (type === 'null') return null;
    const named = this.named(name);
    if (named !== undefined && typeof named === (type === 'string' ? 'string' : 'number')) return named;
    return type === 'string' ? this.text(schema) : this.number(schema);
  }

  object({ properties = {}, required = [], additionalProperties }) {
    const made = {};
    for (const [name, schema] of Object.entries(properties))
      if (required.includes(name) || this.chance(name === 'ifTerm' ? 0.03 : 0.3))
        made[name] = this.of(schema, name);
    if (typeof additionalProperties === 'object')
      for (let n = this.below(4); n > 0; n--)
        made[this.pick(['l', 'zone', 'constructor', 'toString', 'prototype'])] =
          this.of(additionalProperties);
    return made;
  }

  number({ minimum = -1_000, maximum = 1_000_000 }) {
    return this.pick([minimum, maximum, minimum + this.below(Math.min(maximum - minimum, 100_000) + 1)]);
  }

  text({ pattern, format, minLength = 0, maxLength = 60 }) {
    if (format === 'date-time') {
      const at = new Date(Date.now() + this.pick([-3_600_000, -1_000, 0, 50, 60_000, 86_400_000]));
      return at.toISOString();
    }
    if (pattern) {
      const [text] = fc.sample(textsOf(pattern), { seed: this.below(2 ** 31), numRuns: 1 });
      return text;
    }
    const text = this.pick(['because', 'ünïcode 💥', 'x'])
      .repeat(1 + this.below(3))
      .slice(0, maxLength);
    return text.isWellFormed() ? text.padEnd(minLength, 'x') : 'x';
  }
}
