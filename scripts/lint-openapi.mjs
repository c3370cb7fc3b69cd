// npm run check: openapi.json against the rules of a public linter. Prints what it finds; ends with 1 if that
// is an error.
import { createConfig, formatProblems, getTotals, lint } from '@redocly/openapi-core';

const config = await createConfig({
  extends: ['recommended'],
  rules: {
    'security-defined': 'error',
    'operation-4xx-response': 'error',
    'operation-operationId': 'error',
    'operation-singular-tag': 'error',
    'tag-description': 'error',
    'no-server-example.com': 'error',
  },
});
const problems = await lint({ ref: 'openapi.json', config });
const totals = getTotals(problems);
if (problems.length > 0) formatProblems(problems, { format: 'codeframe', totals, version: '3.1' });
process.exit(totals.errors + totals.warnings > 0 ? 1 : 0);
