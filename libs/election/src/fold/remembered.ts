/** A command that carried an Idempotency-Key: what a repeat is answered from. */
export interface RememberedCommand {
  readonly firstVersion: number;
  readonly count: number;
  readonly requestHash: string;
  /** Who gave it; null: nobody wrote that down. */
  readonly actor: string | null;
}

/**
 * The last commands of a group by their ids, oldest first, in pieces: what one more command adds is copied, not all of them.
 * Plain data, and never changed.
 */
export type Remembered = readonly ReadonlyMap<string, RememberedCommand>[];

const MOST = 1_000;
const IN_A_PIECE = 32;

export function rememberedIn(commands: Remembered, id: string): RememberedCommand | undefined {
  for (let at = commands.length - 1; at >= 0; at--) {
    const found = commands[at]!.get(id);
    if (found) return found;
  }
  return undefined;
}

/** With one more, or one more event of one that is there; of more than a thousand the oldest is forgotten. */
export function remember(commands: Remembered, id: string, command: RememberedCommand): Remembered {
  const at = commands.findLastIndex((piece) => piece.has(id));
  if (at >= 0) {
    const known = commands[at]!.get(id)!;
    return commands.with(at, new Map(commands[at]).set(id, { ...known, count: known.count + 1 }));
  }
  const last = commands.at(-1);
  const next =
    last && last.size < IN_A_PIECE
      ? commands.with(-1, new Map(last).set(id, command))
      : [...commands, new Map([[id, command]])];
  const count = next.reduce((sum, piece) => sum + piece.size, 0);
  return count > MOST ? withoutFirst(next) : next;
}

function withoutFirst([first, ...others]: Remembered): Remembered {
  const left = new Map(first);
  left.delete(left.keys().next().value!);
  return left.size > 0 ? [left, ...others] : others;
}

/** Those behind a version. */
export const rememberedAfter = (commands: Remembered, version: number): Remembered =>
  commands
    .map((piece) => new Map([...piece].filter(([, { firstVersion }]) => firstVersion > version)))
    .filter(({ size }) => size > 0);
