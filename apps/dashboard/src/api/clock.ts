/** Of a second each way: what the header says is a whole one, and the answer was under way. */
const NOTABLE_MS = 2_000;
let aheadMs = 0;

/** Takes the time of the server from an answer: how long ago something was must not hang on the clock of who looks. */
export function hearTime(headers: Headers): void {
  const serverMs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(serverMs)) return;
  const differenceMs = serverMs + 500 - Date.now();
  if (Math.abs(differenceMs - aheadMs) > NOTABLE_MS)
    aheadMs = Math.abs(differenceMs) > NOTABLE_MS ? differenceMs : 0;
}

/** What the server's clock says now. */
export const nowMs = (): number => Date.now() + aheadMs;
