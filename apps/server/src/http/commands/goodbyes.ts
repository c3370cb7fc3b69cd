import { KeyedMutex, type Send } from '@conclave/coordination';
import {
  goodbyeOf,
  heldBy,
  knowsSecret,
  MOST_IN_A_COMMAND,
  type GroupState,
  type Id,
  type Missed,
  type ProcessId,
} from '@conclave/election';
import type { Node } from '@conclave/node';

type Leaving = ProcessId & { secretHash: string | undefined };
/** True if it is the process that its runner is now. */
const isCurrent = ({ runner, incarnation }: Leaving, state?: GroupState): state is GroupState =>
  state?.runners.get(runner)?.incarnation === incarnation;

/**
 * Processes of one group that go away in one moment are told of in one append: said by each for itself, each would elect the
 * next one, that is about to say it, too (G5).
 */
export class Goodbyes {
  /** Who waits to be told of, by group. */
  private readonly next = new Map<Id, { leaving: Leaving[]; told: Promise<void> }>();
  private readonly turns = new KeyedMutex();

  constructor(
    private readonly node: Pick<Node, 'groups' | 'presence' | 'repository'>,
    private readonly send: Send,
  ) {}

  /** Rejects with a StoreError. Who may not say so is told by what follows. */
  async endBeats(leaving: Leaving, sequence: number): Promise<void> {
    const { group, runner, incarnation } = leaving;
    let state = this.node.groups.get(group);
    // it may have registered at another server a moment ago: its goodbye is decided on what the store holds, too
    if (!isCurrent(leaving, state)) ({ state } = await this.node.repository.refresh(group));
    if (!isCurrent(leaving, state) || !knowsSecret(leaving, state)) return;
    await this.node.presence.lastWords.endBeats({ group, runner, incarnation }, sequence);
  }

  /** Resolves when it has been told of, as far as it is not alone: then its own word is enough. */
  async say(about: Leaving): Promise<void> {
    const batch = this.next.get(about.group) ?? this.begin(about.group);
    batch.leaving.push(about);
    await batch.told;
  }

  private begin(group: Id): { leaving: Leaving[]; told: Promise<void> } {
    const leaving: Leaving[] = [];
    const batch = { leaving, told: this.turns.run(group, async () => this.tell(group, leaving)) };
    this.next.set(group, batch);
    return batch;
  }

  private async tell(group: Id, leaving: readonly Leaving[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // who says so in the same moment
    this.next.delete(group);
    const missed = leaving.flatMap((about) => this.missed(about));
    if (missed.length < 2) return;
    for (let at = 0; at < missed.length; at += MOST_IN_A_COMMAND) {
      const [one, ...also] = missed.slice(at, at + MOST_IN_A_COMMAND) as [Missed, ...Missed[]];
      const command = {
        type: 'ReportSilence' as const,
        ...one,
        term: null,
        ...(also.length > 0 && { also }),
      };
      // where that fails, its own word fails, too, and says why
      await this.send(group, command, 'system:presence').catch(() => undefined);
    }
  }

  /** Who holds a term gives it back itself. */
  private missed(leaving: Leaving): Missed[] {
    const { group, runner } = leaving;
    const state = this.node.groups.get(group);
    if (!isCurrent(leaving, state) || heldBy(state, leaving) || !knowsSecret(leaving, state)) return [];
    return [goodbyeOf(leaving, state, this.node.presence.lastSeenAt(group, runner))];
  }
}
