// What the scripts are asked: options, each of which is checked here, and the Node that they need.
import { parseArgs } from 'node:util';
import { bundledNode, followParent, isNewEnough, runOn, tooOld } from '../dist/libs/launch/src/index.js';

/** `from`: the least that there is something to do for. */
export const whole = (from, fallback) => ({
  read: (text) => (/^\d{1,15}$/.test(text) && Number(text) >= from ? Number(text) : undefined),
  allowed: `takes a whole number, ${from} or more`,
  fallback,
});
export const above0 = (fallback) => ({
  read: (text) => (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0 ? Number(text) : undefined),
  allowed: 'takes a number above 0',
  fallback,
});
/** Some of these; `least` 0: also none of them. `which`: how they are called where they are many. */
export const someOf = (names, { least = 1, which = names.join(', ') } = {}) => ({
  read: (text) => {
    const some = text.split(',').filter(Boolean);
    return some.length >= least && some.every((name) => names.includes(name)) ? some : undefined;
  },
  allowed: `takes some of ${which}, with commas between`,
});
/** All whose names have the text in them. */
export const within = (names) => ({
  read: (text) => {
    const some = names.filter((name) => name.includes(text));
    return some.length > 0 ? some : undefined;
  },
  allowed: `takes what one of these has in its name: ${names.join(', ')}`,
  fallback: names,
});
/** So that of a list one part after the other can be done. */
export const part = {
  read: (text) => {
    const [, i, n] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
    return i >= 1 && i <= n ? [i, n] : undefined;
  },
  allowed: 'takes i/n, the i-th of n parts',
  fallback: [1, 1],
};
export const text = { read: (text) => text || undefined, allowed: 'takes a text' };
/** Without a value. */
export const flag = null;
/** For `names`: whatever is said. */
export const anyName = null;

function refuse(name, problem) {
  console.error(`${name}: ${problem}`);
  process.exit(2);
}

function valuesOf(name, options, names) {
  const entries = Object.entries(options);
  const types = entries.map(([option, kind]) => [option, { type: kind === flag ? 'boolean' : 'string' }]);
  let parsed;
  try {
    parsed = parseArgs({
      options: { ...Object.fromEntries(types), help: { type: 'boolean' } },
      allowPositionals: names !== undefined,
    });
  } catch (error) {
    refuse(name, `${error.message.split(/\n|\. To specify/)[0].replace(/\.$/, '')}. See --help.`);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  const unknown = names === anyName ? undefined : positionals.find((word) => !names.includes(word));
  if (unknown !== undefined) refuse(name, `there is no "${unknown}"; there are ${names.join(', ')}`);
  const read = ([option, kind]) => {
    const given = values[option];
    if (kind === flag) return [option, given === true];
    if (given === undefined) return [option, kind.fallback];
    return [option, kind.read(given) ?? refuse(name, `--${option} ${kind.allowed}, not "${given}"`)];
  };
  return { ...Object.fromEntries(entries.map(read)), names: positionals };
}

/**
 * The options of a script, its help, or one line that says what is allowed (exit 2): what is not understood is not left out,
 * nothing tested is no success. `names`: what it takes beside options. On a Node that is too old the script runs once more, on
 * the one that npm installed, and this never returns; so nothing that needs it may be imported before.
 */
export async function asked(name, help, options, names) {
  const values = valuesOf(name, options, names);
  if (values === null) {
    console.log(help);
    process.exit(0);
  }
  followParent();
  if (isNewEnough()) return values;
  const node = bundledNode(import.meta.url);
  if (!node) refuse(name, tooOld());
  runOn(node);
  return new Promise(() => undefined);
}
