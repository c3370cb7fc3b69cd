/** What a history must be; each with what it means, for people. */
export const RULES = {
  readable: 'the event cannot be read',
  form: 'the stored text is not as Conclave writes it: it was changed, or written by something else',
  sequence: 'an event is missing, or stands there twice',
  hash: 'this event, or the one before it, was changed after it was written',
  id: 'the id does not belong to this command and place',
  time: 'time goes back',
  append: 'the events of one command do not fit together',
  actor: 'nobody of this kind may give this command',
  cause: 'it does not follow from the order that it names',
  silence: 'what was measured of a silence cannot be',
  heard: 'the presence log does not bear out that it was silent',
  G1: 'terms must rise by one, and one must end before the next begins (G1)',
  G3: 'who was elected may not have been (G3)',
  G4: 'this is not what the rule decides on what stands before it (G4)',
  pin: 'somebody else than the pinned runner was elected',
  taint: 'a tainted runner was elected',
  pause: 'somebody was elected while elections were paused',
  handover: 'a leader was told to stop twice',
  view: 'what this server shows is not what its log says',
  seal: 'what stands in place of sealed history is not what the history was',
  deleted: 'a group was deleted that was in use, or something was done in it afterwards',
  order: 'positions do not rise',
  stream: 'this stream is none of Conclave',
  keys: 'the record of signing keys is not sound',
  checkpoint: 'the log is not what its own checkpoint says that it was',
} as const;
export type Rule = keyof typeof RULES;

/** One thing that the history says and that cannot be. */
export interface Violation {
  rule: Rule;
  version: number;
  /** What is wrong, in plain words. */
  words: string;
  recorded: unknown;
  expected: unknown;
}
export type Report = (rule: Rule, version: number, recorded: unknown, expected: unknown) => void;
