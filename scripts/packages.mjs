// npm run packages: builds what can be installed from npm, with types and source maps, into
// dist/packages/*.tgz.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const out = 'dist/packages';
for (const name of ['contract', 'runner-sdk']) {
  const [from, to] = [join('libs', name), join(out, name)];
  execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', join(from, 'tsconfig.build.json')],
    { stdio: 'inherit' },
  );
  mkdirSync(to, { recursive: true });
  for (const file of ['package.json', 'README.md']) cpSync(join(from, file), join(to, file));
  cpSync('LICENSE', join(to, 'LICENSE'));
  cpSync(join(from, 'src'), join(to, 'src'), {
    recursive: true,
    filter: (path) => !path.endsWith('.spec.ts'),
  });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out, `./${to}`], { stdio: 'inherit' });
}
