import { afterAll, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropFolder } from '@conclave/processes';
import { openWebhooksFile } from './webhooks-file.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-webhooks-'));
afterAll(() => dropFolder(folder));
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const good = { name: 'ops', url: 'https://hooks.example/in', secret: SECRET, on: ['order'] };

const path = join(folder, 'webhooks.yaml');

function refusalOf(text: string): string {
  writeFileSync(path, text);
  try {
    openWebhooksFile(path, { warn: () => undefined });
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

it.each([
  ['no list', { ops: good }, 'the file: must be a list of webhooks'],
  ['no URL', [{ ...good, url: 'ftp://hooks.example' }], '0.url: must be an http or https URL'],
  [
    'a user in the URL',
    [{ ...good, url: 'https://ana:pw@hooks.example' }],
    '0.url: must be an http or https URL',
  ],
  ['no secret', [{ ...good, secret: undefined }], '0.secretFile: must be given, or secret, but not both'],
  ['a weak secret', [{ ...good, secret: 'whsec_aGVsbG8=' }], '0.secret: must be whsec_ and 24 to 64'],
  ['an unknown filter', [{ ...good, on: ['leaders'] }], '0.on.0: must be leader-changed, handover,'],
  ['a filter twice', [{ ...good, on: ['order', 'order'] }], '0.on: must name each filter once'],
  ['nothing to tell', [{ ...good, on: [] }], '0.on: '],
  ['an unknown field', [{ ...good, retries: 3 }], '"retries"'],
  ['a name twice', [good, good], 'the file: must name each webhook once'],
  ['a header of our own', [{ ...good, headers: { 'Webhook-Id': 'x' } }], '0.headers: must not set'],
  [
    'a secret file that is not there',
    [{ ...good, secret: undefined, secretFile: 'none' }],
    'none" cannot be used',
  ],
])('a file of webhooks with %s is refused, and it says where it is wrong', (_, webhooks, said) => {
  const refusal = refusalOf(JSON.stringify(webhooks));
  expect(refusal).toMatch(/^file ".+$/);
  expect(refusal).toContain(said);
  expect(refusal).not.toMatch(/whsec_aG|ana:pw/);
});

it.each([
  ['secret: *hidden', 'it is no YAML (an alias (*) has no anchor (&) before it, or there are too many)'],
  ['secret: !hidden', 'it is no YAML (Unknown tag (!) at line 4, column 11)'],
  ['secret: !vault hidden', 'it is no YAML (Unknown tag (!) at line 4, column 11)'],
  ['secret: "hidden\\q"', 'it is no YAML (Invalid escape sequence \\q at line 4, column 18)'],
  ['secret: |x hidden', 'it is no YAML (Block scalar header includes extra characters at line 4, column 12)'],
  ['secret: {{hidden}}', '0.secret: Invalid input'],
  ['secret:hidden: x', '0: Unrecognized key: "secret…"'],
  ['headers: {Bearer hidden}', '0.headers: a key must be the name of a header'],
  ['headers: {"authorization: hidden": ""}', '0.headers: a key must be the name of a header'],
])(
  'a file of webhooks with "%s" is refused, and not a word of what may be a secret is shown',
  (line, said) => {
    const refusal = refusalOf(`- name: ops\n  url: https://hooks.example\n  on: [order]\n  ${line}\n`);
    expect(refusal).toContain(said);
    expect(refusal).not.toContain('hidden');
  },
);

it.each([
  ['/services/T0/B0/of-the-path', 0o600],
  ['/?key=of-the-query', 0o600],
  ['', 0o644],
])('a file with an address that lets in whoever knows it is kept to its owner: %s', (rest, mode) => {
  writeFileSync(join(folder, 'ops.secret'), SECRET, { mode: 0o600 });
  const about = { name: 'ops', url: `http://127.0.0.1:9${rest}`, secretFile: 'ops.secret', on: ['order'] };
  writeFileSync(path, JSON.stringify([about]));
  chmodSync(path, 0o644);
  openWebhooksFile(path, { warn: () => undefined });
  expect(statSync(path).mode & 0o777).toBe(mode);
});
