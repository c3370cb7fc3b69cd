// Prints the table of problems in docs/http.md from the built catalogue.
import { PROBLEMS } from '../dist/libs/contract/src/index.js';

for (const [code, { status, title, remedy }] of Object.entries(PROBLEMS))
  console.log(`| \`${code}\` | ${status} | ${title} | ${remedy} |`);
