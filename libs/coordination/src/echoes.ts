import type { Append, GroupListener, Id } from '@conclave/election';

/**
 * What stands in the log of a command that this server has just sent, told by the server's own tail: a
 * fraction of a millisecond after the store's acknowledgement, without asking the store again.
 */
export class Echoes implements GroupListener {
  /** Several may wait for one: who repeats a command before it is answered. */
  private readonly awaited = new Map<string, Set<Echo>>();

  changed(append: Append): void {
    for (const echo of this.awaited.get(keyOf(append.group, append.events[0]!.meta.commandId)) ?? [])
      echo.resolve(append);
  }

  /** Call before the command is written; `forget` it when nobody waits any more. */
  expect(group: Id, commandId: string): Echo {
    const key = keyOf(group, commandId);
    const echoes = this.awaited.get(key) ?? new Set();
    const echo = new Echo(() => {
      echoes.delete(echo);
      if (echoes.size === 0) this.awaited.delete(key);
    });
    this.awaited.set(key, echoes.add(echo));
    return echo;
  }
}

export class Echo {
  append: Append | null = null;
  private readonly heard = Promise.withResolvers<Append>();
  /** The append as the log holds it, once this server has read it. */
  readonly arrived = this.heard.promise;

  constructor(readonly forget: () => void) {}

  resolve(append: Append): void {
    this.append = append;
    this.heard.resolve(append);
  }

  /** Null if it has not arrived within the time. */
  async within(ms: number): Promise<Append | null> {
    if (this.append) return this.append;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((done) => (timer = setTimeout(() => done(null), ms)));
    return Promise.race([this.arrived, late]).finally(() => clearTimeout(timer));
  }
}

const keyOf = (group: Id, commandId: string): string => `${group}/${commandId}`;
