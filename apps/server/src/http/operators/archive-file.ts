import {
  ARCHIVE_TYPE,
  committedLine,
  forgettingLine,
  type ArchiveHeader,
  type ArchiveStatement,
  type EvidenceFooter,
} from '@conclave/audit';
import { unbroken } from '@conclave/coordination';
import { evolveBy, PastFold, readEvent, type Id, type RecordedEvent } from '@conclave/election';
import {
  canonicalText,
  forgetting,
  isCalled,
  Seal,
  textProblem,
  type StoredEvent,
} from '@conclave/event-store';
import { paced, signed, type Node } from '@conclave/node';
import { ApiProblem } from '../edge/api-problem.js';

/**
 * The history of a group from what is sealed already up to a version, as a file. What stands before its footer is the same
 * whoever makes it, so another server can tell its digest, too.
 */
export class ArchiveFile {
  private readonly seal = new Seal();
  private events = 0;

  private constructor(
    private readonly node: Node,
    private readonly header: ArchiveHeader,
    private readonly fold: PastFold,
    private readonly isToGo: (person: string) => boolean,
  ) {}

  /** `forget`: name of a person that is left out. */
  static async of(node: Node, group: Id, upTo: number, forget?: string): Promise<ArchiveFile> {
    const seal = await node.seals.sealOf(group);
    const isToGo = isCalled(forget);
    const whole = { archive: 2 as const, group, upTo, ...seal };
    const header = forgettingLine(whole, isToGo) as ArchiveHeader;
    const fold = new PastFold(group, header.sealed ?? null);
    return new ArchiveFile(node, header, fold, isToGo);
  }

  /** All but the footer. Rejects with {@link ApiProblem} if no append ends with the version. */
  async *lines(gone: AbortSignal): AsyncGenerator<string> {
    const { group, upTo } = this.header;
    yield this.line(this.header);
    let open: RecordedEvent[] = [];
    const from = this.fold.state.version + 1;
    for await (const stored of paced(unbroken(this.node.store, group, from), gone)) {
      if (stored.version > upTo) break;
      const problem = textProblem(stored);
      if (problem) throw new Error(`event ${stored.version} cannot be sealed: ${problem}`);
      const left = forgetting(stored, this.isToGo);
      open.push(readEvent(group, left));
      this.events++;
      yield this.line(left);
      if (!isLast(open.at(-1)!)) continue;
      const before = this.fold.state;
      this.fold.take({ group, events: open, before, after: evolveBy(before, open) });
      open = [];
    }
    if (this.fold.state.version !== upTo)
      throw new ApiProblem(
        'invalid-request',
        `/upTo: no append of group "${group}" ends with version ${upTo}.`,
      );
  }

  /** The digest is of what is hashed, the text with names. */
  private line(line: ArchiveHeader | StoredEvent): string {
    this.seal.line(committedLine(line));
    return `${canonicalText(line)}\n`;
  }

  /** Once all lines are read. */
  get past(): PastFold['past'] {
    return this.fold.past;
  }
  get digest(): string {
    return this.seal.sha256;
  }

  async footer(): Promise<string> {
    const key = this.node.signingKey;
    const { sealed: _, salts: __, ...header } = this.header;
    const about = { events: this.events, sha256: this.digest, head: this.past.head };
    const statement: ArchiveStatement = { ...header, ...about };
    const signature = await signed(key, ARCHIVE_TYPE, statement);
    const footer: EvidenceFooter = { footer: true, ...about, key: { ...key.publicKey }, signature };
    return `${canonicalText(footer)}\n`;
  }
}

const isLast = ({ meta: { part } }: RecordedEvent): boolean => part.index + 1 === part.of;
