import { z } from 'zod';
import { Id } from './vocabulary.js';

export const COMMAND_ANSWERED = 'CommandAnswered';
/** A command with a key that found its wish fulfilled: nothing else is left of it. */
export const CommandAnswered = z.object({
  group: Id,
  commandId: z.string(),
  requestHash: z.string(),
  /** A digest of who gave it: others may have used the same key. Older servers did not say. */
  by: z.string().optional(),
});
export type CommandAnswered = z.infer<typeof CommandAnswered>;
