import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node that npm installed for this platform beside us (stack.md docs/http.md), or null. */
function bundledNode(): string | null {
  const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', platform, 'bin', binary);
    if (existsSync(path)) return path;
  }
  return null;
}

/** Runs this same program on the newer Node. It lives and dies with this process: also a kill -9 of this pid ends it. */
function runOn(node: string): void {
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, CONCLAVE_CHILD: '1' },
    detached: true, // a group of its own: Ctrl-C reaches it once, through us, and not a second time as "at once"
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`conclave: ${node} cannot be run: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

if (process.env.CONCLAVE_CHILD && process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 13)) {
  const { serve } = await import('./serve.js');
  await serve(process.env);
} else {
  const node = bundledNode();
  if (node) runOn(node);
  else {
    console.error(
      `conclave: Node ${process.versions.node} is too old (22.13 or newer is needed) and no newer one was ` +
        'found in node_modules. Run "npm ci", or use a newer Node.',
    );
    process.exit(1);
  }
}
