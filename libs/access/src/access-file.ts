import { z } from 'zod';
import { parse, YAMLParseError } from 'yaml';
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

/** The parser shows where it is with lines of the file, which a log does not need. */
function yamlIn(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new Error(`it is no YAML (${error.message.split('\n')[0]!.replace(/:$/, '')})`);
  }
}

/** What a YAML file says; an empty one is `{}`. Throws an Error that says in one line what is wrong. */
export function yamlFrom<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(yamlIn(text) ?? {});
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; '),
  );
}

export const accessFrom = (text: string): AccessFile => yamlFrom(AccessFile, text);
