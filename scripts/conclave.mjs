#!/usr/bin/env node
// The command that `npm i -g .` and `npx` give: in a checkout it installs and builds first, if that is still
// to do.
await import('./prepare.mjs');
await import('../dist/apps/cli/src/main.js');
