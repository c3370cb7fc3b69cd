import type { ArchiveHeader } from '@conclave/audit';
import type { Id, SealedHistory } from '@conclave/election';
import type { StoredEvent } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';
import { regularFile } from '../files/regular-file.js';
import { archivedEvents, archiveHeader, readArchive, type Archive } from '../files/evidence-file.js';
import type { SealsFound } from './seals-in.js';

/** An archive that is damaged, forged, or of another history. */
export class UnfitArchive extends CliError {
  constructor(file: string, why: string) {
    super(3, `"${file}" ${why}.`);
  }
}

/** Sealed history that was kept in files, put before what a log still holds. */
export class Archives {
  private constructor(private readonly byGroup: ReadonlyMap<Id, readonly Archive[]>) {}

  static readonly none = new Archives(new Map());

  /** Throws {@link CliError} for what is no archive, or not as it was signed, and where one between two is missing. */
  static async open(files: readonly string[]): Promise<Archives> {
    const byGroup = new Map<Id, Archive[]>();
    for (const file of files) {
      regularFile(file);
      if (!(await archiveHeader(file))) throw new UnfitArchive(file, 'is no archive');
      const archive = await readArchive(file);
      if (archive.problem !== null)
        throw new UnfitArchive(file, `is not the archive that was signed: ${archive.problem}`);
      const { group } = archive.header;
      byGroup.set(group, [...(byGroup.get(group) ?? []), archive]);
    }
    for (const archives of byGroup.values()) {
      archives.sort((a, b) => a.header.upTo - b.header.upTo);
      archives.slice(1).forEach((later, n) => checkFollows(archives[n]!, later));
    }
    return new Archives(byGroup);
  }

  /** Up to which version there is an archive of a group; 0: there is none. */
  upTo(group: Id): number {
    return this.byGroup.get(group)?.at(-1)?.header.upTo ?? 0;
  }

  /** What stands before the first event of a group's archives; null: they begin with its first event. */
  before(group: Id): (SealedHistory & Pick<ArchiveHeader, 'salts'>) | null {
    const header = this.byGroup.get(group)?.[0]?.header;
    return header?.sealed ? { ...header.sealed, salts: header.salts } : null;
  }

  /** Oldest first; of one group or of all. */
  async *events(group: Id | null): AsyncGenerator<StoredEvent> {
    for (const [id, archives] of this.byGroup)
      if (group === null || id === group) for (const { file } of archives) yield* archivedEvents(file);
  }

  /** Newest first. */
  filesOf(group: Id): string[] {
    return (this.byGroup.get(group) ?? []).map(({ file }) => file).reverse();
  }

  get groups(): Id[] {
    return [...this.byGroup.keys()];
  }

  /** Throws {@link UnfitArchive} unless just this was sealed, and the log goes on from it. `found`: what that says; `name`: of the log. */
  check(group: Id, found: Pick<SealsFound, 'seals' | 'first'>, name: string): void {
    const archive = this.byGroup.get(group)?.at(-1);
    if (!archive) return;
    const { file, header, digest, head } = archive;
    const seals = found.seals.get(group) ?? [];
    const seal = seals.find(({ upTo }) => upTo === header.upTo);
    const begins = found.first.get(group) ?? 1;
    if (!seal || begins > header.upTo + 1) {
      const what = seal ? `begins with version ${begins}` : 'has no seal up to there';
      const last = seals.reduce((a, b) => (b.upTo > a.upTo ? b : a), { upTo: header.upTo, digest: '' });
      const later =
        last.digest &&
        `: it was sealed again since, up to version ${last.upTo}; give the archives up to there, too (the last one has the digest ${last.digest})`;
      throw new UnfitArchive(
        file,
        `is of group "${group}" up to version ${header.upTo}, and ${name} ${what}${later}`,
      );
    }
    if (seal.digest !== digest || seal.head !== head)
      throw new UnfitArchive(
        file,
        `is not what was sealed of group "${group}": its digest is ${digest}, sealed was ${seal.digest}`,
      );
  }
}

function checkFollows(earlier: Archive, later: Archive): void {
  const { sealed, group } = later.header;
  if (sealed?.digest === earlier.digest && sealed.upTo === earlier.header.upTo) return;
  throw new UnfitArchive(
    later.file,
    sealed && sealed.upTo > earlier.header.upTo
      ? `goes on behind version ${sealed.upTo} of group "${group}", and "${earlier.file}" ends with version ${earlier.header.upTo}: the archive between them (${sealed.digest}) is missing`
      : `does not go on from "${earlier.file}"`,
  );
}
