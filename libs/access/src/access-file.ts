import { z } from 'zod';
import { parseDocument, type YAMLError } from 'yaml';
import { ClaimGrant } from './claims.js';

const rules = z.array(ClaimGrant).min(1).max(200);
export const IssuerRule = z.strictObject({
  issuer: z.string().min(1),
  /** A token that is meant for somebody else is refused. */
  audience: z.string().min(1),
  /** A file or URL of a JWK set; default: as OIDC discovery of the issuer says. */
  keys: z.string().min(1).optional(),
  /** How far the clocks of the issuer and of this server may differ. */
  clockSkewMs: z.int().min(0).max(600_000).default(30_000),
  /** Claim that is the name of the holder. */
  name: z.string().min(1).default('sub'),
  grants: rules,
});
export type IssuerRule = z.infer<typeof IssuerRule>;
/** Of client certificates: claims are the fields of the subject, like `CN` and `O`. */
export const CertificateRule = z.strictObject({ name: z.string().min(1).default('CN'), grants: rules });
export type CertificateRule = z.infer<typeof CertificateRule>;

/** CONCLAVE_ACCESS: whose signatures count, and who gets what for them. */
export const AccessFile = z.strictObject({
  issuers: z
    .array(IssuerRule)
    .max(20)
    .refine(
      (all) => new Set(all.map(({ issuer }) => issuer)).size === all.length,
      'must name each issuer once',
    )
    .default([]),
  certificates: CertificateRule.optional(),
});
export type AccessFile = z.infer<typeof AccessFile>;

/** What is wrong, and where, without the piece of the text that the parser shows with it: that may be a secret. */
function problemOf({ code, message, linePos }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS')
    return 'it has more than one document: nothing may follow a line "---" but the only one';
  const what = code === 'TAG_RESOLVE_FAILED' ? 'Unknown tag (!)' : message.split(/:| at line/)[0]!;
  return linePos ? `${what} at line ${linePos[0].line}, column ${linePos[0].col}` : what;
}

/** Throws an Error that says in one line what is wrong. */
export function yamlIn(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'error' }); // else a key in braces (`{{secret}}`) is shown on stderr
  // what has an unknown tag is not meant as it stands
  const [error] = [...document.errors, ...document.warnings];
  try {
    if (!error) return document.toJS();
  } catch {
    throw new Error('it is no YAML (an alias (*) has no anchor (&) before it, or there are too many)');
  }
  throw new Error(`it is no YAML (${problemOf(error)})`);
}

/** Of a key what can be a name: behind it may stand its value, where the blank after the colon was forgotten. */
export const keyInWords = (key: string): string => `"${key.replace(/[^\w-].*$/s, '…')}"`;

/** A key that may not be one stands in no message: it may be a whole header with its value. */
function issueInWords({ code, path, message, ...issue }: z.core.$ZodIssue): string {
  const isKey = code === 'invalid_key';
  const where = (isKey ? path.slice(0, -1) : path).join('.') || 'the file';
  if (code === 'unrecognized_keys') {
    const { keys } = issue as unknown as z.core.$ZodIssueUnrecognizedKeys;
    return `${where}: Unrecognized key${keys.length > 1 ? 's' : ''}: ${keys.map(keyInWords).join(', ')}`;
  }
  const [ofKey] = isKey ? (issue as z.core.$ZodIssueInvalidKey).issues : [];
  return `${where}: ${ofKey ? `a key ${ofKey.message}` : message}`;
}

/** What a YAML file says; an empty one is `{}`. Throws an Error that says in one line what is wrong. */
export function yamlFrom<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(yamlIn(text) ?? {});
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(issueInWords).join('; '));
}

export const accessFrom = (text: string): AccessFile => yamlFrom(AccessFile, text);
