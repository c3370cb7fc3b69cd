// Names, labels and reasons are anybody's text. At a terminal some of it would move the cursor, change colours or titles; there
// and on a page it may turn the direction of what follows, or not be seen at all.

/** Controls but line feed and tab, escapes, marks that turn or hide text, lone surrogates. */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The same, with whatever is not to be seen written as JSON would. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
