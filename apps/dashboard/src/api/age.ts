/** A server that hears nothing from its store for longer says what was true once (docs/http.md). */
const OLD_MS = 2_000;

let told: (sinceMs: number | null) => void = () => undefined;

/** Whoever shows what servers say is told since when that may be old; null: it is not. */
export function onAge(listener: typeof told): void {
  told = listener;
}

export function hearAge(headers: Headers): void {
  tellAge(Number(headers.get('x-conclave-stale-ms') ?? 0));
}

export function tellAge(staleMs: number): void {
  told(staleMs > OLD_MS ? Date.now() - staleMs : null);
}
