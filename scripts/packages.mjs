// npm run packages: builds what can be installed from npm into dist/packages/*.tgz: the libraries with types and source maps,
// and the program (server, dashboard, command line).
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asked } from './asked.mjs';

await asked('packages', 'npm run packages: what can be installed from npm, into dist/packages', {});

const OUT = 'dist/packages';
const json = (file) => JSON.parse(readFileSync(file, 'utf8'));
const write = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

function pack(name) {
  cpSync('LICENSE', join(OUT, name, 'LICENSE'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', OUT, `./${join(OUT, name)}`], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}

function buildLibrary(name) {
  const [from, to] = [join('libs', name), join(OUT, name)];
  execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', join(from, 'tsconfig.build.json')],
    { stdio: 'inherit' },
  );
  mkdirSync(to, { recursive: true });
  cpSync(join(from, 'package.json'), join(to, 'package.json'));
  const readme = readFileSync(join(from, 'README.md'), 'utf8');
  writeFileSync(
    join(to, 'README.md'),
    readme.replace(/\[([^\]]+)\]\(\.\.\/\.\.\/([^)#]+)[^)]*\)/g, '$1 (`$2` of the repository)'),
  );
  cpSync(join(from, 'src'), join(to, 'src'), {
    recursive: true,
    filter: (path) => !path.endsWith('.spec.ts'),
  });
}

const PARTS = ['apps', 'libs', 'bundled', 'dashboard', 'openapi.json'];
const BIN = { conclave: 'dist/apps/cli/src/main.js', 'conclave-server': 'dist/apps/server/src/main.js' };
const FOR_TESTS = /^dist[\\/]libs[\\/](testing|processes|[^\\/]+[\\/]spec)$|[\\/]\.built$/;

/**
 * The program as it was built. Unpacked, `npm ci` installs exactly the versions that it was tested with; `npm i <file>` does
 * not look at the lock file of a tarball (npm/cli#5349) and takes what the ranges allow.
 */
function gatherProgram(name) {
  for (const file of ['apps/server/src/main.js', 'dashboard/index.html', 'openapi.json'])
    if (!existsSync(join('dist', file))) {
      console.error(`packages: dist/${file} is missing: npm run build`);
      process.exit(1);
    }
  const [to, root, lock] = [join(OUT, name), json('package.json'), json('package-lock.json')];
  mkdirSync(to, { recursive: true });
  for (const part of PARTS)
    cpSync(join('dist', part), join(to, 'dist', part), {
      recursive: true,
      filter: (path) => !FOR_TESTS.test(path),
    });
  cpSync('apps/README.md', join(to, 'README.md'));
  for (const program of Object.values(BIN)) chmodSync(join(to, program), 0o755); // npm i does that, tar does not
  const { version, description, license, type, engines } = root;
  const { dependencies, optionalDependencies, overrides } = root;
  const own = { name, version, license, engines, bin: BIN, dependencies, optionalDependencies };
  const files = ['dist', 'npm-shrinkwrap.json'];
  write(join(to, 'package.json'), { ...own, description, type, overrides, files });
  const needed = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev);
  const packages = Object.fromEntries([['', own], ...needed]);
  write(join(to, 'npm-shrinkwrap.json'), { ...lock, packages });
}

rmSync(OUT, { recursive: true, force: true });
for (const name of ['contract', 'runner-sdk']) {
  buildLibrary(name);
  pack(name);
}
gatherProgram('conclave');
pack('conclave');
