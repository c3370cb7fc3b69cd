import { z } from 'zod';
import { PersonName } from '@conclave/contract';
import { fits, Grant, isOfItsRole, ONLY_RUNNERS, Role } from './roles.js';

const Template = z.string().min(1).max(200);
/** Who gets what: every condition of `when` must hold. `${claim}` stands for what the credential says. */
export const ClaimGrant = z
  .strictObject({
    when: z.record(z.string().min(1), Template).optional(),
    role: Role,
    groups: z.array(Template).min(1).max(100),
    runners: z.array(Template).min(1).max(100).optional(),
  })
  .refine(isOfItsRole, { path: ['runners'], message: ONLY_RUNNERS });
export type ClaimGrant = z.infer<typeof ClaimGrant>;

/** A claim by name, or by JSON pointer: `/kubernetes.io/namespace`. */
function textsAt(claims: unknown, name: string): string[] {
  const path = name.startsWith('/')
    ? name
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [name];
  let found = claims;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return [];
    found = (found as Record<string, unknown>)[part];
  }
  return [found].flat().filter((one): one is string => typeof one === 'string');
}

/** Null if a claim is missing, or is no plain id: what somebody else says must not become a pattern. */
function filledIn(template: string, claims: unknown): string | null {
  let isWhole = true;
  const text = template.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    const [only, ...others] = textsAt(claims, name);
    if (only === undefined || others.length > 0 || !/^[A-Za-z0-9._-]+$/.test(only)) isWhole = false;
    return only ?? '';
  });
  return isWhole ? text : null;
}

/** What the rules grant to whom these claims are about. */
export function grantsFor(rules: readonly ClaimGrant[], claims: unknown): Grant[] {
  return rules.flatMap(({ when = {}, role, groups, runners }) => {
    const isMeant = Object.entries(when).every(([name, pattern]) =>
      textsAt(claims, name).some((text) => fits(pattern, text)),
    );
    if (!isMeant) return [];
    const fill = (templates: readonly string[]) =>
      templates.map((template) => filledIn(template, claims)).filter((text) => text !== null);
    const grant = { role, groups: fill(groups), ...(runners && { runners: fill(runners) }) };
    return Grant.safeParse(grant).data ?? [];
  });
}

/**
 * The name that the record will call the holder; what names may not have becomes a hyphen. One that begins as no name may gets
 * an "x" before it: left out, `_ana` would be somebody else.
 */
export function nameIn(claims: unknown, claim: string): string | null {
  const [text] = textsAt(claims, claim);
  const plain = text
    ?.replace(/[^A-Za-z0-9._@+-]/g, '-')
    .replace(/^(?=[^A-Za-z0-9]+[A-Za-z0-9])/, 'x')
    .slice(0, 127);
  return PersonName.safeParse(plain).data ?? null;
}
