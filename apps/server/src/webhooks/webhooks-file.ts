import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { fits, Pattern, ReloadedFile, yamlFrom, type Reporter } from '@conclave/access';
import { Id } from '@conclave/contract';
import { keepToItself } from '@conclave/node';
import { Filter, filterInWords, wantedOf, type Wanted } from '@conclave/webhooks';

/** Bytes of a secret (Standard Webhooks). */
const [LEAST, MOST] = [24, 64];
const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
/** What Conclave says itself. */
const OWN_HEADERS =
  /^(webhook-.*|host|connection|content-.*|transfer-encoding|expect|upgrade|te|trailer|keep-alive)$/i;

function isTarget(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp && `${url.username}${url.password}${url.hash}` === '';
}

function isSecret(text: string): boolean {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const { length } = Buffer.from(encoded ?? '', 'base64');
  return length >= LEAST && length <= MOST;
}
const SECRET = `must be whsec_ and ${LEAST} to ${MOST} random bytes in base64`;

const Written = z
  .strictObject({
    name: Id,
    url: z.string().refine(isTarget, 'must be an http or https URL without user, password and #'),
    secret: z.string().refine(isSecret, SECRET).optional(),
    secretFile: z.string().min(1).optional(),
    groups: z.array(Pattern).min(1).max(100).default(['*']),
    on: z
      .array(Filter)
      .min(1)
      .max(20)
      .refine((all) => new Set(all.map(kindOf)).size === all.length, 'must name each filter once'),
    headers: z
      .record(
        z.string().regex(HEADER, 'must be the name of a header'),
        z.string().regex(/^[\x20-\x7e]{0,2000}$/, 'must be printable ASCII'),
      )
      .refine(
        (all) => !Object.keys(all).some((name) => OWN_HEADERS.test(name)),
        'must not set what Conclave sets itself',
      )
      .default({}),
    giveUpAfterMs: z
      .int()
      .min(1_000)
      .max(30 * 86_400_000)
      .default(86_400_000),
  })
  .refine(({ secret, secretFile }) => (secret === undefined) !== (secretFile === undefined), {
    path: ['secretFile'],
    message: 'must be given, or secret, but not both',
  });
const WebhooksFile = z
  .array(Written, 'must be a list of webhooks')
  .max(50)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must name each webhook once');

function kindOf(filter: Filter): string {
  return typeof filter === 'string' ? filter : 'leaderless';
}

/** Where notices go. Whatever of it is secret is never shown. */
export interface Endpoint {
  name: string;
  url: URL;
  /** Newest first: a receiver that knows any of them can verify. */
  secrets: () => readonly string[];
  wanted: Wanted;
  headers: Readonly<Record<string, string>>;
  giveUpAfterMs: number;
  isOf(group: string): boolean;
  /** As lists show them. */
  groups: readonly string[];
  on: readonly string[];
}
export type Endpoints = ReadonlyMap<string, Endpoint>;

/** One secret a line, the newest first; so that a secret can be replaced while the receiver knows either. */
function secretsIn(text: string): string[] {
  const secrets = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  if (secrets.length === 0 || !secrets.every(isSecret)) throw new Error(`each line ${SECRET}`);
  return secrets;
}

/** Of many receivers the address is all that one needs to know to send there. */
const mayLetIn = ({ pathname, search }: URL): boolean => pathname !== '/' || search !== '';

function endpointOf(written: z.infer<typeof Written>, folder: string, reporter: Reporter): Endpoint {
  const { name, url, secret, secretFile, groups, on, headers, giveUpAfterMs } = written;
  const kept =
    secretFile === undefined
      ? null
      : new ReloadedFile(resolve(folder, secretFile), secretsIn, reporter, { isSecret: true });
  return {
    name,
    url: new URL(url),
    secrets: () => kept?.current ?? [secret!],
    wanted: wantedOf(on),
    headers,
    giveUpAfterMs,
    isOf: (group) => groups.some((pattern) => fits(pattern, group)),
    groups,
    on: on.map(filterInWords),
  };
}

/** The file that CONCLAVE_WEBHOOKS names, read again when it changes. Throws an Error that says in one line what is wrong. */
export function openWebhooksFile(path: string, reporter: Reporter): ReloadedFile<Endpoints> {
  const parse = (text: string): Endpoints => {
    const written = yamlFrom(WebhooksFile, text);
    const holdsSecrets = written.some(
      ({ secret, headers, url }) =>
        secret !== undefined || Object.keys(headers).length > 0 || mayLetIn(new URL(url)),
    );
    if (holdsSecrets) keepToItself(path, (message) => reporter.warn(message));
    return new Map(written.map((one) => [one.name, endpointOf(one, dirname(path), reporter)]));
  };
  return new ReloadedFile(path, parse, reporter);
}
