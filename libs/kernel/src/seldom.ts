const EACH_MS = 60_000;

/**
 * What goes wrong again and again while its cause lasts is said once a minute for each kind of error, with how often it was not:
 * whoever looks at the log must see it, and the log must not fill what is left of the disk.
 */
export class Seldom {
  private readonly told = new Map<string, { atMs: number; unsaid: number }>();

  constructor(private readonly say: (message: string, kind: string) => void) {}

  /** `kind`: one of a few, the code of an error if it has one. `nowMs`: monotonic. */
  tell(kind: unknown, message: string, nowMs: number): void {
    const key = codeOf(kind);
    const last = this.told.get(key);
    if (last && nowMs - last.atMs < EACH_MS) {
      last.unsaid++;
      return;
    }
    this.told.set(key, { atMs: nowMs, unsaid: 0 });
    this.say(
      last && last.unsaid > 0 ? `${message} (and ${last.unsaid} more like it since the last one)` : message,
      key,
    );
  }
}

const codeOf = (kind: unknown): string => {
  if (typeof kind === 'string') return kind;
  const { code, name } = kind as { code?: unknown; name?: unknown };
  return String(code ?? name);
};
