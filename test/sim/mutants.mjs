// npm run mutants: the same worlds, or a spec, with one line changed; each must be found out. See --help.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asked } from './asked.mjs';
import { MUTANTS } from './mutations.mjs';

const HELP = `usage: npm run mutants -- [options]
Changes one line of what was built, plays simulated worlds with it until one fails, or runs the specs that know better. Exit code 1: a mutant survived.
  --only <a,b>     just these
  --seeds <n>      so many worlds at the most for each (200)
  --part <i/n>     the i-th of n parts of the list
  --list           their names`;
const values = asked('mutants', HELP, {
  only: { type: 'string' },
  seeds: { type: 'string' },
  part: { type: 'string' },
  list: { type: 'boolean' },
});
if (values.list) {
  for (const { name, file } of MUTANTS) console.log(`${name}\t${file}`);
  process.exit(0);
}
const only = values.only?.split(',');
const unknown = only?.find((name) => !MUTANTS.some((mutant) => mutant.name === name));
if (unknown) {
  console.error(`mutants: there is no "${unknown}". See --list.`);
  process.exit(2);
}
const [part, parts] = (values.part ?? '1/1').split('/').map(Number);

/** A copy of what was built, with one line changed. */
function mutated({ file, from, to }) {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-mutant-'));
  for (const each of ['dist', 'test/sim', 'test/chaos'])
    cpSync(each, join(folder, each), { recursive: true });
  cpSync('package.json', join(folder, 'package.json'));
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'dist', file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2)
    throw new Error(`"${from}" stands ${text.split(from).length - 1} times in ${file}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  return folder;
}

function played(mutant) {
  let folder;
  try {
    folder = mutated(mutant);
    const args = ['test/sim/run.mjs', '--seeds', values.seeds ?? '200', '--most', '1'];
    if (mutant.only) args.push('--only', mutant.only);
    args.push(...mutant.args);
    const env = { ...process.env, SIM_ORACLE_DIST: join(process.cwd(), 'dist') }; // judged by what was not changed
    const options = { cwd: folder, env, encoding: 'utf8', timeout: 900_000 };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    if (status === 0) return ['SURVIVED', ''];
    const said = /VIOLATION (seed \d+): (.*)/.exec(stdout);
    return [
      'killed',
      said ? `${said[1]}: ${said[2].slice(0, 100)}` : stderr.slice(-100).replaceAll('\n', ' '),
    ];
  } catch (error) {
    return ['NOT THERE', error.message];
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

const rows = [];
for (const [n, mutant] of MUTANTS.entries()) {
  if (only && !only.includes(mutant.name)) continue;
  if (n % parts !== part - 1) continue;
  rows.push([mutant.name, ...played(mutant)]);
  console.log(rows.at(-1).join('\t'));
}
const killed = rows.filter(([, fate]) => fate === 'killed').length;
console.log(`mutants: ${killed} of ${rows.length} killed`);
process.exit(killed === rows.length ? 0 : 1);
