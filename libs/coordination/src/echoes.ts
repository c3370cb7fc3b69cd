import type { Append, GroupListener, Id } from '@conclave/election';

/**
 * What stands in the log of a command that this server has just sent, told by the server's own tail: a
 * fraction of a millisecond after the store's acknowledgement, without asking the store again.
 */
export class Echoes implements GroupListener {
  private readonly awaited = new Map<string, Echo>();

  changed(append: Append): void {
    this.awaited.get(keyOf(append.group, append.events[0]!.meta.commandId))?.resolve(append);
  }

  /** Call before the command is written; `forget` it when nobody waits any more. */
  expect(group: Id, commandId: string): Echo {
    const key = keyOf(group, commandId);
    const echo = new Echo(() => {
      if (this.awaited.get(key) === echo) this.awaited.delete(key);
    });
    this.awaited.set(key, echo);
    return echo;
  }
}

export class Echo {
  append: Append | null = null;
  private heard: () => void = () => undefined;

  constructor(readonly forget: () => void) {}

  resolve(append: Append): void {
    this.append = append;
    this.heard();
  }

  /** The append as the log holds it; null if this server has not read it within the time. */
  async within(ms: number): Promise<Append | null> {
    if (this.append) return this.append;
    return new Promise((done) => {
      const timer = setTimeout(() => done(null), ms);
      this.heard = () => {
        clearTimeout(timer);
        done(this.append);
      };
    });
  }
}

const keyOf = (group: Id, commandId: string): string => `${group}/${commandId}`;
