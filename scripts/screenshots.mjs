// npm run screenshots: a real server, a small story, and pictures of the dashboard in docs/images. `-- --all` makes more than
// the documents show, to be looked at; `-- group` only those with that in their names.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { anyName, asked, flag } from './asked.mjs';
import { FOLLOWS, ours } from './ours.mjs';
import { Story } from './story.mjs';

const BROWSER = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const OUT = resolve('docs/images');
const HELP = `npm run screenshots [-- text]: pictures of the dashboard, into docs/images; with a text only those with that in their names

  --all   also those that no document shows`;
const {
  all: isAll,
  names: [only],
} = await asked('screenshots', HELP, { all: flag }, anyName);

const folder = mkdtempSync(join(tmpdir(), 'conclave-screenshots-'));
const server = spawn(process.execPath, [resolve('dist/apps/server/src/main.js')], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  env: {
    ...FOLLOWS,
    PATH: process.env.PATH,
    CONCLAVE_PORT: '0',
    CONCLAVE_STORE: 'sqlite:./story.db',
    CONCLAVE_LOG_LEVEL: 'warn',
  },
});
ours(server);
const url = await (async () => {
  for await (const line of createInterface(server.stdout)) {
    const found = /^conclave listening on (\S+)/.exec(line)?.[1];
    if (found) return found;
  }
  throw new Error('the server did not start');
})();
server.stdout.resume();

const story = new Story(url);
const browser = await chromium.launch({ executablePath: BROWSER });
try {
  await story.tell();
  mkdirSync(OUT, { recursive: true });
  for (const { name, extra = false, path, dark, width = 1200, height = 760, before } of story.pictures()) {
    if (only ? !name.includes(only) : extra && !isAll) continue;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
    page.on('console', (said) => said.type() === 'error' && console.error(`${name}: ${said.text()}`));
    await page.goto(url + path);
    await page.getByRole('main').waitFor();
    await before?.(page);
    await page.screenshot({ path: join(OUT, `${name}.png`), fullPage: false });
    await context.close();
    console.log(`docs/images/${name}.png`);
  }
} finally {
  story.end();
  await browser.close();
  const gone = once(server, 'exit');
  server.kill('SIGTERM');
  await gone;
  rmSync(folder, { recursive: true, force: true });
}
