import type { LeaderReply } from '@conclave/contract';
import type { Append, GroupListener, GroupState } from '@conclave/election';
import type { Node } from '@conclave/node';
import { stateWord } from '@conclave/views';

/** `new`: nobody ever led it, as one whose runners are to come; that is no alarm. */
type Word = LeaderReply['state'] | 'new';
function wordOf(state: GroupState): Word | null {
  if (state.version === 0) return null;
  const word = stateWord(state);
  return word === 'leaderless' && state.term === 0 ? 'new' : word;
}

/** How many groups are in which state. Counted once, and then with each change: there may be very many. */
export class StateCounts implements GroupListener {
  private counts: Map<Word, number> | null = null;

  constructor(private readonly node: Node) {}

  changed({ before, after }: Append): void {
    if (this.counts === null) return;
    this.add(wordOf(before), -1);
    this.add(wordOf(after), 1);
  }

  /** A group is read from behind what is sealed. */
  begun(): void {
    this.counts = null;
  }

  givenUp(): void {
    this.counts = null;
  }

  of(word: Word): number {
    if (this.counts !== null) return this.counts.get(word)!;
    this.counts = new Map(WORDS.map((one) => [one, 0]));
    for (const { state } of this.node.groups.all()) this.add(wordOf(state), 1);
    const count = this.counts.get(word)!;
    if (!this.node.tail.isCaughtUp) this.counts = null; // a snapshot may still bring groups
    return count;
  }

  private add(word: Word | null, by: number): void {
    if (word !== null) this.counts!.set(word, this.counts!.get(word)! + by);
  }
}
const WORDS: Word[] = ['led', 'handover', 'leaderless', 'new', 'paused', 'deleted'];
