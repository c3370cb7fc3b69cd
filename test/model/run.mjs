// node test/model/run.mjs [--only <name>]: spin looks at every state of the model of the lease protocol
// within stated bounds, in several configurations; then at mutants of it, each of which must be caught; see
// docs/model.md. Exit code: 0 all as it must be, 1 not, 2 it could not be run.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CONFIGURATIONS } from './configurations.mjs';

const HELP = `usage: node test/model/run.mjs [--only <name>] [--list] [--trail]
Model-checks the lease protocol (docs/protocol.md) with spin; docs/model.md says what that covers.
  --only <name>  one configuration, mutant or claim (also several: --only a --only b)
  --list         their names, and what they are
  --trail        with --only: the shortest counterexample, step by step
  --help         this text`;
const MEGABYTES = 5_000;
const LONGEST_MS = 600_000;

function quit(message) {
  console.error(message);
  process.exit(2);
}

function asked() {
  const options = {
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean' },
    trail: { type: 'boolean' },
    help: { type: 'boolean' },
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return quit(`${error.message.split('\n')[0].replace(/\.$/, '')}. See --help.`);
  }
}

const works = (command, argument) => spawnSync(command, [argument]).error === undefined;

function toolsFound() {
  const cc = ['gcc', 'cc'].find((command) => works(command, '--version'));
  if (works('spin', '-V') && cc) return cc;
  const missing = [...(works('spin', '-V') ? [] : ['spin']), ...(cc ? [] : ['gcc'])];
  return quit(`${missing.join(' and ')} not found on PATH. Install: apt-get install ${missing.join(' ')}`);
}

function must(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stdout + stderr}`);
  // spin goes on after some errors
  if (/^spin: .*error/im.test(stdout)) throw new Error(stdout.trim());
}

/** What a violated assertion is about. */
function propertyOf(assertion) {
  if (/^ ?!\(\(\(\d==\d\)/.test(assertion)) return 'reached';
  if (assertion.includes('held[0]')) return 'G2';
  if (assertion.includes('term+1')) return 'G1';
  if (assertion.includes('highest')) return 'fence';
  if (assertion.includes('means')) return 'agreement';
  return 'the model itself';
}

/** Every state once; `shortest`: breadth first, for a counterexample that people can follow. */
function explore({ defines }, cc, folder, shortest) {
  const all = shortest ? [...defines, 'SHORTEST'] : defines;
  must('spin', ['-a', ...all.map((define) => `-D${define}`), 'lease.pml'], folder);
  const search = shortest ? ['-DBFS'] : [];
  // one process: there is nothing for partial order reduction to do
  const c = ['-O2', '-w', '-DSAFETY', '-DNOREDUCE', '-DCOLLAPSE', `-DMEMLIM=${MEGABYTES}`];
  must(cc, [...c, ...search, '-o', 'pan', 'pan.c'], folder);
  const began = performance.now();
  const run = spawnSync('./pan', ['-m3000000', '-w25', '-E'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: LONGEST_MS,
    maxBuffer: 64 << 20,
  });
  const text = run.stdout ?? '';
  const number = (pattern) => Number(pattern.exec(text)?.[1] ?? 0);
  const assertion = /assertion violated ([^\n]*) \(at depth/.exec(text)?.[1];
  const isWhole = /errors: 0$/m.test(text) && !/not completed|too small|out of memory/.test(text);
  return {
    states: number(/^ *([\d.e+]+) states, stored/m),
    depth: number(/depth reached (\d+)/),
    seconds: (performance.now() - began) / 1000,
    megabytes: number(/^ *([\d.]+)\ttotal actual memory usage/m),
    found: assertion ? propertyOf(assertion) : isWhole && run.status === 0 ? 'nothing' : 'not finished',
  };
}

const GOOD = { holds: 'holds', survives: 'holds, as explained', reached: 'reached' };

/** How it ended, and whether it was to end so. */
function judged({ name, expect }, { found }) {
  const must = expect === 'holds' || expect === 'survives' ? 'nothing' : expect;
  const caught = name.startsWith('open:') ? `open: ${expect} is violated` : `caught: ${expect} is violated`;
  const words = GOOD[expect] ?? caught;
  if (found === must) return { isGood: true, words };
  if (found === 'nothing') return { isGood: false, words: expect === 'reached' ? 'NOT REACHED' : 'SURVIVED' };
  return { isGood: false, words: found === 'not finished' ? 'NOT FINISHED' : `${found} IS VIOLATED` };
}

/** The steps of a counterexample, as the model tells them. */
function trail({ defines }, folder) {
  const args = ['-t', '-DSHORTEST', ...defines.map((define) => `-D${define}`), 'lease.pml'];
  const { stdout } = spawnSync('spin', args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20 });
  const steps = stdout
    .split('\n')
    .filter((line) => /^ *(runner|server|log|a tick|spin: .*violated)/.test(line));
  console.log(steps.map((step) => `  ${step.trim()}`).join('\n'));
}

const columns = (...cells) =>
  cells.map((cell, i) => (i < 2 || i > 5 ? cell.padEnd([35, 46][i] ?? 0) : cell.padStart(9))).join('  ');

function main() {
  const { only, list, trail: wantsTrail, help } = asked();
  if (help) return console.log(HELP);
  if (list) return CONFIGURATIONS.forEach(({ name, what }) => console.log(`${name.padEnd(30)}  ${what}`));
  const unknown = only.find((name) => !CONFIGURATIONS.some((c) => c.name === name));
  if (unknown !== undefined) return quit(`nothing is called "${unknown}"; --list shows the names.`);
  if (wantsTrail && only.length === 0) return quit('--trail goes with --only.');
  const cc = toolsFound();
  const chosen = CONFIGURATIONS.filter(({ name }) => only.length === 0 || only.includes(name));
  console.log(columns('configuration', 'bounds', 'states', 'depth', 'seconds', 'MiB', 'result'));
  let failures = 0;
  for (const configuration of chosen) {
    const folder = mkdtempSync(join(tmpdir(), 'conclave-model-'));
    try {
      for (const file of readdirSync(import.meta.dirname).filter((f) => f.endsWith('.pml')))
        cpSync(join(import.meta.dirname, file), join(folder, file));
      const outcome = explore(configuration, cc, folder, wantsTrail);
      const { isGood, words } = judged(configuration, outcome);
      if (!isGood) failures++;
      const { states, depth, seconds, megabytes } = outcome;
      const { name, bounds } = configuration;
      const numbers = [states.toLocaleString('en'), String(depth), seconds.toFixed(1), megabytes.toFixed(0)];
      console.log(columns(name, bounds, ...numbers, words));
      if (wantsTrail && readdirSync(folder).includes('lease.pml.trail')) trail(configuration, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  console.log(failures === 0 ? 'all as it must be' : `${failures} not as it must be`);
  process.exitCode = failures === 0 ? 0 : 1;
}

try {
  main();
} catch (error) {
  quit(error.message);
}
