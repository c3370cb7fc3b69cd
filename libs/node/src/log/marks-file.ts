import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '@conclave/launch';
import { KEYS_STREAM } from '@conclave/audit';
import { giveWay } from '@conclave/kernel';
import type { Id } from '@conclave/election';
import type { EventStore } from '@conclave/event-store';
import { DraftFile, replaceFile } from '../files/kept-file.js';
import { OWN_ONLY } from '../files/own-only.js';
import { SavePace } from '../pace/save-pace.js';
import { journalOf, readMarks, withKept, type LogMarks, type Mark } from './marks.js';

/** Marks that are written at once; between two pieces others have their turn. */
const AT_ONCE = 200;

type Noted = [Id, Mark];
const lineOf = (noted: Noted): string => `${JSON.stringify(noted)}\n`;

/** Atomically: what is read is always one that was written whole. */
export function writeMarks(path: string, marks: LogMarks): void {
  replaceFile(path, [...piecesOf(marks)].join(''), { isDurable: true });
  rmSync(journalOf(path), { force: true });
}

/** Keeps what is known of the log. `path`: null if nothing is kept, for a store that ends with the process. */
export class MarksFile {
  readonly pace = new SavePace();
  private isFailing = false;
  /** Raised by whatever overtakes a save that is under way. */
  private round = 0;
  private underWay: DraftFile | null = null;
  private notedMeanwhile: Noted[] = [];

  constructor(
    readonly path: string | null,
    private readonly problem: (message: string) => void,
  ) {}

  /** Before anybody is told of the term, or of a longer lease: a process that is killed has not forgotten what it told. */
  noteAtOnce(group: Id, mark: Mark): void {
    const { path } = this;
    if (path === null) return;
    if (this.underWay) this.notedMeanwhile.push([group, mark]);
    this.attempt(() => {
      makeFolder(dirname(path));
      appendFileSync(journalOf(path), lineOf([group, mark]), { mode: OWN_ONLY });
    });
  }

  /** At once and whole. Throws if it cannot be kept. */
  saveNow(marks: LogMarks): void {
    this.round++;
    this.underWay?.forsake();
    if (this.path !== null) writeMarks(this.path, marks);
  }

  /** The same; what cannot be kept now is kept later: a full disk must stop nobody. Told once. */
  attempt(keep: () => void): boolean {
    try {
      keep();
      this.isFailing = false;
    } catch (error) {
      this.fail(error as Error);
    }
    return !this.isFailing;
  }

  private fail({ message }: Error): void {
    if (!this.isFailing) this.problem(`what is known of the log cannot be kept, trying again: ${message}`);
    this.isFailing = true;
  }

  /** Call a few times a second; with `isLast` at a stop, which waits for nothing. */
  tick(nowMs: number, isLast: boolean, marks: () => LogMarks): void {
    if (this.underWay ? !isLast : !this.pace.isDue(nowMs, isLast)) return;
    if (isLast)
      return this.pace.tried(
        nowMs,
        this.attempt(() => this.saveNow(marks())),
      );
    this.pace.tried(nowMs, true);
    void this.saveInPieces(marks());
  }

  /** However many groups there are, nobody waits for it (`npm run bench -- crowds`). */
  private async saveInPieces(marks: LogMarks): Promise<void> {
    const { path, round } = this;
    if (path === null) return;
    const beganMs = performance.now();
    try {
      const file = (this.underWay = new DraftFile(path));
      try {
        for (const piece of piecesOf(marks)) {
          file.write(piece);
          await giveWay();
        }
        await file.settle();
        if (round === this.round) this.replace(path, file);
      } finally {
        file.drop();
      }
      this.isFailing = false;
    } catch (error) {
      this.fail(error as Error);
      this.pace.note(false);
    }
    this.pace.tookMs = performance.now() - beganMs;
    this.notedMeanwhile = [];
    this.underWay = null;
  }

  /** Terms that were noted while it was written are not in it. */
  private replace(path: string, file: DraftFile): void {
    file.replace();
    const noted = this.notedMeanwhile.map(lineOf).join('');
    if (noted === '') rmSync(journalOf(path), { force: true });
    else replaceFile(journalOf(path), noted);
  }
}

/** Nearly all of the marks are those of the last save. With a mark, and gone with it: a WeakMap stops everybody when it grows. */
const TEXT = Symbol('text');

function textOf([group, mark]: [Id, Mark & { [TEXT]?: string }]): string {
  if (mark[TEXT] === undefined)
    Object.defineProperty(mark, TEXT, { value: `${JSON.stringify(group)}:${JSON.stringify(mark)}` });
  return mark[TEXT]!;
}

/** The text of the file. */
function* piecesOf({ groups, told, ...more }: LogMarks): Generator<string> {
  const others = { ...more, ...(told && told.size > 0 && { told: Object.fromEntries(told) }) };
  const entries = [...groups]; // as they are now: a mark that changes is another object
  yield '{"format":1,"groups":{';
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const some = entries
      .slice(at, at + AT_ONCE)
      .map(textOf)
      .join(',');
    yield at === 0 ? some : `,${some}`;
  }
  yield `},${JSON.stringify(others).slice(1)}`;
}

const KNOWN = '.known';

/**
 * What was known of this very log under another name, and what `groups` has: a backup is restored into another file, or into a
 * database at another address, and what is known is kept by the store's name. Its keys tell of which log it is: they stand in
 * no other one. Null if there is nothing, or a file of its own. Where events stand may differ in a copy: no anchors. Rejects with a StoreError.
 */
export async function knownElsewhere(
  path: string,
  store: Pick<EventStore, 'read'>,
  groups: LogMarks['groups'],
  problem: (message: string) => void,
): Promise<Pick<LogMarks, 'groups' | 'keys' | 'revoked'> | null> {
  const others = [...othersBeside(path, problem)];
  if (others.length === 0) return null;
  const kids = new Set<unknown>();
  for await (const { data } of store.read(KEYS_STREAM))
    kids.add((data as { key?: { kid?: unknown } }).key?.kid);
  const same = others.filter(([, { keys }]) => keys.some(({ kid }) => kid !== undefined && kids.has(kid)));
  if (same.length === 0) return null;
  const files = same.map(([file]) => file);
  problem(`this log is known from ${files.join(', ')}, and is compared with that`);
  const [keys, revoked] = [same.flatMap((one) => one[1].keys), same.flatMap((one) => one[1].revoked ?? [])];
  return { groups: files.reduce(withKept, groups), keys, revoked };
}

function* othersBeside(path: string, problem: (message: string) => void): Generator<[string, LogMarks]> {
  const folder = dirname(path);
  if (existsSync(path) || !existsSync(folder)) return;
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(KNOWN) || name === basename(path)) continue;
    try {
      const marks = readMarks(join(folder, name));
      if (marks) yield [join(folder, name), marks];
    } catch (error) {
      problem(`what another store is known by is left out: ${(error as Error).message}`);
    }
  }
}
