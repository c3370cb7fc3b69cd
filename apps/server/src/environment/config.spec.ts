import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropFolder } from '@conclave/processes';
import { ConfigError, configOf, KNOWN_VARIABLES, valuesFrom } from './config.js';
import { gather } from './sources.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-config-'));
const file = join(folder, 'conclave.yaml');
afterAll(() => dropFolder(folder));

/** What is said of what stops a start: a line, and no secret. */
function refusalOf(argv: string[], environment: Record<string, string> = {}): string {
  try {
    const told = gather(argv, environment, KNOWN_VARIABLES);
    configOf(valuesFrom(told.environment, told.origins));
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as Error;
    expect(message).not.toMatch(/\n|geheim/);
    return message;
  }
  throw new Error('it was taken');
}

const WITNESSES = /must be URLs of witnesses like http:\/\/witness-1:7700/;
it.each([
  [{ CONCLAVE_PORT: 'http' }, /^CONCLAVE_PORT="http": must be a number$/],
  [{ CONCLAVE_PORT: '70000' }, /must be 0 \(any free port\) to 65535/],
  [{ CONCLAVE_PORT: '0x1' }, /CONCLAVE_PORT="0x1": must be written in digits/],
  [{ CONCLAVE_MAX_STREAMS: '1e3' }, /must be written in digits/],
  [{ CONCLAVE_STORE: 'postgres://x' }, /CONCLAVE_STORE="postgres:\/\/x": must be sqlite:/],
  [{ CONCLAVE_STORE: 'sqlite:./c.db\r' }, /a control character \(an environment file of Windows/],
  [{ CONCLAVE_HOST: '127.0.0.1:7600' }, /must be an address like .* the port is CONCLAVE_PORT/],
  [{ CONCLAVE_HOST: '[::1]' }, /CONCLAVE_HOST="\[::1\]": must be an address/],
  [{ CONCLAVE_LOG_LEVEL: 'loud' }, /CONCLAVE_LOG_LEVEL="loud": must be fatal, error/],
  [{ CONCLAVE_INSTANCE: 'one' }, /must be a uuid/],
  [{ CONCLAVE_MAX_DRIFT: '2' }, /must be 0 to 0.5/],
  [{ CONCLAVE_WITNESSES: '127.0.0.1:7700' }, WITNESSES],
  [{ CONCLAVE_WITNESSES: 'http://ana:x@w' }, WITNESSES],
  [{ CONCLAVE_WITNESSES: 'http://w?x=1' }, WITNESSES],
  [{ CONCLAVE_WITNESSES: 'http://w,http://w/' }, WITNESSES],
  [{ CONCLAVE_WITNESSES: 'http://w,' }, WITNESSES],
])('%j is refused', (environment, says) => {
  expect(refusalOf([], environment as Record<string, string>)).toMatch(says);
});

it.each([
  ['a flag that is none', ['--prot', '7001'], "Unknown option '--prot'"],
  ['a value that is none', ['--port', 'many'], 'CONCLAVE_PORT="many": must be a number (it is --port)'],
  ['a file that is not there', ['--config', join(folder, 'none.yaml')], 'cannot be read'],
  ['a password where ps shows it', ['--store', 'esdb://ana:geheim@db:2113'], 'CONCLAVE_STORE_PASSWORD_FILE'],
])('%s is refused', (_, argv, words) => {
  expect(refusalOf(argv)).toContain(words);
});

it.each([
  ['prot: 7001', 'there is no "prot"'],
  ['- 7001', 'must be keys and values'],
  ['port: {a: 1}', '"port" must be a text, a number'],
  ['port: "7001', 'cannot be read'],
  ['store: !of geheim', 'cannot be read: it is no YAML (Unknown tag (!) at line 1, column 8)'],
  ['{store:geheim}', 'there is no "store…"; keys are'], // it may be an address with a password
  ['port: 1\n---\nport: 2', 'more than one document'],
  ['port: many', `CONCLAVE_PORT="many": must be a number (it is "port" in file ${file})`],
])('a file with %s is refused', (content, words) => {
  writeFileSync(file, content);
  expect(refusalOf(['--config', file])).toContain(words);
});
