/** As {@link MEANINGS}: of fields that only archives and seals have. */
export const OF_ARCHIVES: Readonly<Record<string, string>> = {
  before: 'history older than this goes into the archive; without it, all of it',
  upTo: 'version of the last event that is sealed',
  sealed: 'what of the history is in archives only; null: nothing',
};
