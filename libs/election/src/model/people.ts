// Of whom, and of which reasons, nothing but a commitment is left (docs/formats.md, People).

const FORGOTTEN = /^operator:#[0-9a-f]{64}$/;
const COMMITMENT = /^#[0-9a-f]{64}$/;

/** Who it was, for people; with his kind, if he is known. */
export const actorInWords = (actor: string): string => (FORGOTTEN.test(actor) ? 'a forgotten person' : actor);
/** The same, of a person, without his kind. */
export const personInWords = (actor: string): string => actorInWords(actor).replace(/^operator:/, '');
export const reasonInWords = (reason: string | null): string | null =>
  reason !== null && COMMITMENT.test(reason) ? 'a forgotten reason' : reason;
