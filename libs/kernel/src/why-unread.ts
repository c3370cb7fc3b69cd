const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** Why a file could not be read, for whoever has named it. */
export const whyUnread = (error: unknown): string =>
  WORDS[(error as NodeJS.ErrnoException).code ?? ''] ?? (error as Error).message;
