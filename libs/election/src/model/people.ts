// Of whom, and of which reasons, nothing but a commitment is left (docs/formats.md, People).

const FORGOTTEN = /^(operator|claimed):#[0-9a-f]{64}$/;
/** An operator whose credential names her or him, or who, while authentication is off, claims the name. */
const KIND = /^(operator|claimed):/;
const COMMITMENT = /^#[0-9a-f]{64}$/;

export const isPerson = (actor: string): boolean => KIND.test(actor);
export const isForgotten = (actor: string): boolean => FORGOTTEN.test(actor);
/** Who it was, for people; with his kind, if he is known. */
export const actorInWords = (actor: string): string => (isForgotten(actor) ? 'a forgotten person' : actor);
/** The same, of a person, without his kind. */
export const personInWords = (actor: string): string => actorInWords(actor).replace(KIND, '');
/** On one line, so that nobody's reason looks like another line of what is told. */
export const reasonInWords = (reason: string | null): string | null =>
  reason !== null && COMMITMENT.test(reason)
    ? 'a forgotten reason'
    : (reason?.replaceAll(/\s+/g, ' ') ?? null);
