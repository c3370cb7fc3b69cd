// npm run mutants: the same worlds, or a spec, with one line changed; each must be found out. See --help.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asked, flag, part, someOf, whole } from '../../scripts/asked.mjs';
import { MUTANTS } from './mutations.mjs';

const HELP = `usage: npm run mutants -- [options]
Changes one line of what was built, plays simulated worlds with it until one fails, or runs the specs that know better. Exit code 1: a mutant survived.
  --only <a,b>     just these
  --seeds <n>      so many worlds at the most for each (200)
  --part <i/n>     the i-th of n parts of the list
  --list           their names
  --check          only whether the lines that they change are there`;
const values = await asked('mutants', HELP, {
  only: someOf(
    MUTANTS.map(({ name }) => name),
    { which: 'what --list shows' },
  ),
  seeds: whole(1, 200),
  part,
  list: flag,
  check: flag,
});
if (values.list) {
  for (const { name, file } of MUTANTS) console.log(`${name}\t${file}`);
  process.exit(0);
}
const [nth, parts] = values.part;
const chosen = MUTANTS.filter(
  ({ name }, n) => (values.only?.includes(name) ?? true) && n % parts === nth - 1,
);

/** Where its line stands; of a spec, in the source. */
const placeOf = ({ spec, file }) => (spec ? file.replace(/js$/, 'ts') : join('dist', file));

/** The text of a file with that line. */
function textWith(path, { from }) {
  const text = readFileSync(path, 'utf8');
  const times = text.split(from).length - 1;
  if (times !== 1) throw new Error(`"${from}" stands ${times} times in ${path}`);
  return text;
}

function change(folder, mutant) {
  const path = join(folder, placeOf(mutant));
  writeFileSync(
    path,
    textWith(path, mutant).replace(mutant.from, () => mutant.to),
  );
}

if (values.check) {
  for (const mutant of MUTANTS) textWith(placeOf(mutant), mutant);
  console.log(`mutants: the lines of all ${MUTANTS.length} are there`);
  process.exit(0);
}

if (chosen.length === 0) {
  console.error('mutants: that part of the list is empty: none was tested');
  process.exit(2);
}

function copied(parts) {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-mutant-'));
  for (const part of [...parts, 'package.json']) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Simulated worlds, until one of them fails. */
function played(mutant, folder) {
  change(folder, mutant);
  const args = [
    'test/sim/run.mjs',
    '--seeds',
    String(values.seeds),
    '--most',
    '1',
    '--short',
    ...mutant.args,
  ];
  if (mutant.only) args.push('--only', mutant.only);
  const env = { ...process.env, SIM_ORACLE_DIST: join(process.cwd(), 'dist') }; // judged by what was not changed
  const options = { cwd: folder, env, encoding: 'utf8', timeout: 900_000 };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  if (status === 0) return null;
  const said = /VIOLATION (seed \d+): (.*)/.exec(stdout);
  if (!said) throw new Error(`the worlds did not run: ${stderr.slice(-200).replaceAll('\n', ' ')}`);
  return `${said[1]}: ${said[2].slice(0, 100)}`;
}

/** The spec of that very rule, where no world shows it. */
function specified(mutant, folder) {
  change(folder, mutant);
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', mutant.spec];
  if (mutant.test) jest.push('-t', mutant.test, '--forceExit'); // each of its tests would wait for what never comes
  const { status, stderr } = spawnSync(process.execPath, jest, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status === 0 && /Tests: .*passed/.test(stderr)) return null;
  if (!/Tests: .*failed/.test(stderr)) throw new Error(stderr.slice(0, 200)); // the spec itself did not run
  const said = /● (?!Console)(.*)/.exec(stderr)[1];
  return said.slice(0, 120);
}

function fateOf(mutant) {
  let folder;
  try {
    folder = copied(
      mutant.spec
        ? ['apps', 'libs', 'test', 'jest.config.mjs', 'tsconfig.json', '.swcrc']
        : ['dist', 'scripts', 'test/sim', 'test/chaos'],
    );
    const how = mutant.spec ? specified(mutant, folder) : played(mutant, folder);
    return [how === null ? 'SURVIVED' : 'killed', mutant.spec ? 'spec' : 'worlds', how ?? ''];
  } catch (error) {
    return ['NOT THERE', '', error.message];
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

const rows = [];
for (const mutant of chosen) {
  rows.push([mutant.name, ...fateOf(mutant)]);
  console.log(rows.at(-1).join('\t'));
}
const killed = rows.filter(([, fate]) => fate === 'killed').length;
console.log(`mutants: ${killed} of ${rows.length} killed`);
process.exit(killed === rows.length ? 0 : 1);
