import { parseArgs } from 'node:util';

/** Options of a script, or its help, or one line that says what is wrong. `help`: what `--help` prints. */
export function asked(name, help, options) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    if (!values.help) return values;
    console.log(help);
  } catch (error) {
    console.error(`${name}: ${error.message.split('\n')[0].replace(/\.$/, '')}. See --help.`);
    process.exit(2);
  }
  process.exit(0);
}
