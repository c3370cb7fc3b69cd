/** One line of text, perhaps with facts beside it; pino's own shape. */
export interface Say {
  (message: string): void;
  (facts: object, message: string): void;
}

/** Where a node says what happens. */
export interface Logger {
  debug: Say;
  info: Say;
  warn: Say;
  error: Say;
  fatal: Say;
}
